// Terms of the domain: each place in a sheet's texts where one stands becomes an element that tells what
// it means. The rules of labelcore/text/terms.py: whole words, capitals as written, longer terms first.
import { el, textNodes, visible } from "./text.js";

const MOST = 200;
const CJK = "\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const WORD = `(?![${CJK}])[\\p{L}\\p{M}\\p{N}_]`;
const AT_WORD = new RegExp(`^${WORD}$`, "u");
const NOT_IN = "abbr.term, button, summary, textarea, input, select, .chip, .left-out";

/**
 * Mark the terms in a sheet, also in what is laid out or opened later.
 * @param {HTMLElement} sheet
 * @param {Term[]} terms
 */
export function markTerms(sheet, terms) {
  const rules = terms.filter(({ term }) => term.trim()).map(ruleOf);
  const observer = new MutationObserver(() => mark());
  const mark = () => {
    let left = MOST - sheet.querySelectorAll("abbr.term").length;
    for (const node of textsOf(sheet)) left -= left > 0 ? markNode(node, rules, left) : 0;
    observer.takeRecords(); // what marking changes is no news
  };
  mark();
  observer.observe(sheet, { childList: true, subtree: true });
}

/** @param {Term} given */
export function ruleOf({ term, meaning }) {
  const letters = Array.from(term);
  const before = AT_WORD.test(letters[0]) ? `(?<!${WORD})` : "";
  const after = AT_WORD.test(letters.at(-1) ?? "") ? `(?!${WORD})` : "";
  const escaped = term.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return { meaning, pattern: new RegExp(before + escaped + after, term === term.toUpperCase() ? "gu" : "giu") };
}

/**
 * The text nodes that show content, not the card's words.
 * @param {HTMLElement} sheet
 */
function textsOf(sheet) {
  /** @type {Set<Text>} */
  const found = new Set();
  for (const holder of sheet.querySelectorAll(".text")) {
    for (const node of textNodes(holder)) if (!node.parentElement?.closest(NOT_IN)) found.add(node);
  }
  return found;
}

/**
 * Replace a text node by its pieces; gives the number of marks, at most `most`.
 * @param {Text} node
 * @param {Rule[]} rules
 * @param {number} most
 */
function markNode(node, rules, most) {
  const found = places(node.data, rules).slice(0, most);
  if (found.length === 0) return 0;
  const nodes = [];
  let from = 0;
  for (const { start, end, meaning } of found) {
    nodes.push(node.data.slice(from, start));
    nodes.push(el("abbr", { class: "term", title: meaning, tabindex: 0 }, node.data.slice(start, end)));
    from = end;
  }
  node.replaceWith(...nodes.filter((piece) => piece !== ""), ...(from < node.length ? [node.data.slice(from)] : []));
  return found.length;
}

/**
 * @param {string} text
 * @param {Rule[]} rules
 */
export function places(text, rules) {
  /** @type {Mark[]} */
  const found = [];
  for (const { pattern, meaning } of rules) {
    for (const match of text.matchAll(pattern)) {
      const place = { start: match.index, end: match.index + match[0].length, meaning };
      if (found.every((other) => place.end <= other.start || other.end <= place.start)) found.push(place);
      if (found.length >= MOST) break;
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The meaning of the term that has the focus, beside it; a tap focuses too. Esc puts it away. */
export class Meaning {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {HTMLElement | null} */
    this.term = null;
    this.element = el("div", { class: "meaning", id: "term-meaning", role: "tooltip", dir: "auto", hidden: true });
    root.append(this.element);
    root.addEventListener("focusin", (event) => this.show(/** @type {HTMLElement} */ (event.target).closest("abbr.term")));
    root.addEventListener("focusout", () => this.hide());
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
  }

  /** @param {HTMLElement | null} term */
  show(term) {
    this.hide();
    if (!term) return;
    this.term = term;
    term.setAttribute("aria-describedby", this.element.id);
    this.element.replaceChildren(...visible(term.title));
    this.element.hidden = false;
    this.place(term.getClientRects()[0]);
  }

  hide() {
    this.term?.removeAttribute("aria-describedby");
    this.term = null;
    this.element.hidden = true;
  }

  /**
   * Under the term, or above it where the bar at the bottom would cover it; never beside the card.
   * @param {DOMRect} at
   */
  place(at) {
    const around = this.root.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height, style } = this.element;
    const dock = this.root.querySelector(".dock")?.getBoundingClientRect();
    const isLow = dock !== undefined && at.bottom + height + 8 > dock.top;
    style.left = `${Math.max(0, Math.min(at.left - around.left, around.width - width))}px`;
    style.top = `${(isLow ? at.top - height - 4 : at.bottom + 4) - around.top}px`;
  }
}
