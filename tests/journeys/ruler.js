// What a ruler finds on a page: one sentence for each fault, by rule. Shadow trees are looked into.
(limits) => {
  const elements = [];
  const walk = (holder) => {
    for (const element of holder.children) {
      elements.push(element);
      if (element.shadowRoot) walk(element.shadowRoot);
      walk(element);
    }
  };
  walk(document.body);

  const found = [];
  const tell = (rule, element, detail) => found.push(`${rule}: ${detail} (${typeof element === "string" ? element : label(element)})`);
  const label = (element) =>
    (element.innerText || element.value || element.placeholder || element.getAttribute("aria-label") || element.tagName).trim().replace(/\s+/g, " ").slice(0, 60);
  const styleOf = (element) => getComputedStyle(element);
  const isSeen = (element) => {
    const { width, height, right } = element.getBoundingClientRect();
    return width > 1 && height > 1 && right > 0 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const contains = (outer, inner) => {
    for (let node = inner; node; node = node.parentNode ?? node.host) if (node === outer) return true;
    return false;
  };
  const isFixed = (element) => {
    for (let node = element; node; node = node.parentElement ?? node.getRootNode().host) if (/fixed|sticky/.test(styleOf(node).position)) return true;
    return false;
  };

  const CONTROLS = "button, input, textarea, select, a, [role=button], [role=tab], [role=link], [role=textbox]";
  const NO_WORDS = /^(checkbox|radio|range|file|hidden|number|color|date)$/;
  const controls = elements.filter((element) => element.matches(CONTROLS) && !element.closest("[data-testid=stHeader]") && isSeen(element) && element.offsetWidth > 6);

  const isField = (element) => element.tagName === "TEXTAREA" || (element.tagName === "INPUT" && !NO_WORDS.test(element.type) && element.getAttribute("role") !== "combobox");
  const linesOf = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const height = parseFloat(styleOf(element).lineHeight) || 1.3 * parseFloat(styleOf(element).fontSize);
    return new Set([...range.getClientRects()].map((box) => Math.round(box.top / height))).size;
  };
  for (const control of controls) {
    const { width } = control.getBoundingClientRect();
    if (isField(control) && width < limits.field) tell("narrow", control, `a field of ${Math.round(width)} px`);
    const words = control.tagName === "BUTTON" ? control.innerText.trim() : "";
    if (words && words.length < 40 && !words.includes("\n") && linesOf(control) > 2) tell("narrow", control, "words in three lines");
  }

  for (const [at, one] of controls.entries()) {
    for (const other of controls.slice(0, at)) {
      if (contains(one, other) || contains(other, one) || isFixed(one) !== isFixed(other)) continue;
      const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
      const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const least = 0.1 * Math.min(a.width * a.height, b.width * b.height);
      if (width > 4 && height > 4 && width * height > least) tell("overlap", one, `${label(other)} by ${Math.round(width)} × ${Math.round(height)} px`);
    }
  }

  for (const cell of elements.filter((element) => element.matches("th, td") && isSeen(element))) {
    let inmost = cell;
    while (inmost.firstElementChild) inmost = inmost.firstElementChild;
    const words = inmost.textContent.trim();
    if (words.length > 1 && words.length <= 3 && linesOf(inmost) > 1) tell("narrow", cell, "a short word in several lines");
  }

  for (const element of elements) {
    if (element.childElementCount || !element.innerText?.trim() || element.closest("svg, style, script") || !isSeen(element)) continue;
    const { overflowX, textOverflow } = styleOf(element);
    const isCut = /hidden|clip/.test(overflowX) && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 3;
    if (isCut && textOverflow !== "ellipsis" && !element.closest("[title]")) tell("clipped", element, `${element.scrollWidth} px in ${element.clientWidth}`);
  }

  const segments = new Intl.Segmenter("zh", { granularity: "word" });
  for (const element of elements.filter((element) => element.matches("h1, h2, h3, h4, h5, button, label, th") && isSeen(element))) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      for (const { segment, index } of segments.segment(walker.currentNode.data)) {
        if (!/^[\u4e00-\u9fff]{2,}$/.test(segment)) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, index);
        range.setEnd(walker.currentNode, index + segment.length);
        const tops = [...range.getClientRects()].filter(({ width }) => width > 1).map(({ top }) => Math.round(top / 4));
        if (new Set(tops).size > 1) tell("torn", element, segment);
      }
    }
  }

  const main = document.querySelector("[data-testid=stMain]");
  const wide = Math.max(main.scrollWidth - main.clientWidth, document.scrollingElement.scrollWidth - innerWidth);
  if (wide > 2) tell("sideways", "page", `${wide} px beyond the window`);
  if (main.scrollHeight > limits.tall) tell("tall", "page", `${main.scrollHeight} px`);

  const inside = elements.filter((element) => element.shadowRoot).flatMap((element) => [...element.shadowRoot.children].map((child) => child.innerText ?? ""));
  const lines = [main.innerText, ...inside].join("\n").split("\n").map((line) => line.trim());
  const words = lines.join(" ").match(/[A-Za-z\u00c0-\u024f']+|[\u4e00-\u9fff]{2}/g)?.length ?? 0;
  if (words > limits.words) tell("words", "page", `${words}`);
  const read = elements.flatMap((element) => ["aria-label", "title", "placeholder"].map((name) => element.getAttribute(name) ?? ""));
  return { found: [...new Set(found)], lines: [...new Set(lines)], read: [...new Set(read)] };
}
