// Streamlit says its words in English everywhere: those that are read aloud, shown on hovering or written in its menus
// give way to the page's, and the page says in which language it is.
const SAID = ["aria-label", "title", "placeholder", "aria-valuetext"];
const MENUS = ["ColumnMenu", "ColumnFormattingMenu", "ColumnVisibilityMenu", "StatisticsMenu"];
const WRITTEN = [
  ...MENUS.map((name) => `[data-testid=stDataFrame${name}]`),
  "[data-testid=stSkipToContent]",
  "[data-testid=stFileUploaderDropzone] button p", // not by style: a button has its name from its text
  "[role=listbox][data-empty]",
].join();
const NAME = "{name}";
const NAMING = "button, kbd"; // what else begins like "Remove …" is somebody's own text
let spoken = "";
let stop = () => {};

/**
 * @param {Document} page
 * @param {string} language
 * @param {Record<string, string>} words
 */
export function speak(page, language, words) {
  page.documentElement.lang = language;
  if (language === spoken) return;
  stop();
  spoken = language;
  const watch = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      const nodes = type === "attributes" ? [target] : [...addedNodes];
      for (const node of nodes) if (node instanceof Element) say(node, there, type === "childList");
    }
  });
  const there = ways(Object.entries(words));
  const back = ways(Object.entries(words).map(([english, told]) => [told, english]));
  say(page.body, there);
  if (there.length) watch.observe(page.body, { subtree: true, childList: true, attributes: true, attributeFilter: SAID });
  stop = () => {
    watch.disconnect();
    say(page.body, back);
  };
}

/**
 * @param {[string, string][]} pairs
 * @returns {[RegExp, string][]}
 */
function ways(pairs) {
  return pairs.map(([from, to]) => {
    const words = from.split(NAME).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return [new RegExp(`^${words.join("(.+)")}$`), to.replace(NAME, "$1")];
  });
}

/**
 * @param {Element} element
 * @param {[RegExp, string][]} ways
 * @param {boolean} deep what stands in it as well
 */
function say(element, ways, deep = true) {
  const all = deep ? element.querySelectorAll(SAID.map((name) => `[${name}]`).join()) : [];
  for (const one of [element, ...all]) {
    for (const name of SAID) {
      const words = one.getAttribute(name);
      const way = words && ways.find(([from, to]) => from.test(words) && (!to.includes("$1") || one.matches(NAMING)));
      if (words && way) one.setAttribute(name, words.replace(...way));
    }
  }
  for (const one of element.closest(WRITTEN) ? [element] : deep ? element.querySelectorAll(WRITTEN) : []) write(one, ways);
}

/**
 * @param {Element} element
 * @param {[RegExp, string][]} ways
 */
function write(element, ways) {
  const texts = element.ownerDocument.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = /** @type {Text} */ (texts.currentNode);
    const way = !text.parentElement?.closest("[translate=no]") && ways.find(([from]) => from.test(text.data));
    if (way) text.data = text.data.replace(...way);
  }
}
