// Searching within the texts of the card. Matches are painted by the browser (CSS highlights), so the
// texts themselves are not touched; folded texts and closed parts open where something is found.
import { el, textNodes } from "./text.js";

const MOST = 1000;

export class Find {
  /**
   * `body()` gives the element to search in.
   * @param {Say} say
   * @param {() => HTMLElement} body
   */
  constructor(say, body) {
    this.say = say;
    this.body = body;
    /** @type {Range[]} */
    this.ranges = [];
    this.at = 0;
    this.field = el("input", { type: "search", "aria-label": say("find"), placeholder: say("find") });
    this.count = el("span", { class: "count", "aria-live": "polite" });
    const close = el("button", { type: "button", "aria-label": say("close"), onclick: () => this.close() }, "×");
    const step = (/** @type {number} */ by, /** @type {string} */ sign, /** @type {string} */ word) => el("button", { type: "button", "aria-label": say(word), title: say(word), onclick: () => this.step(by) }, sign);
    this.element = el("div", { class: "find", role: "search", hidden: true }, this.field, this.count, step(-1, "↑", "previous_hit"), step(1, "↓", "next_hit"), close);
    this.field.addEventListener("input", () => this.look());
    this.field.addEventListener("keydown", (event) => this.key(event));
  }

  open() {
    this.element.hidden = false;
    this.field.focus({ preventScroll: true });
    this.field.select();
    this.look();
  }

  close() {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.field.blur();
    this.ranges = [];
    this.paint();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation(); // letters of the search are no grades
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  }

  /** @param {number} by */
  step(by) {
    if (this.ranges.length === 0) return;
    this.at = (this.at + by + this.ranges.length) % this.ranges.length;
    this.paint();
  }

  look() {
    const wanted = this.field.value.toLowerCase();
    this.ranges = wanted.trim() ? this.matches(wanted) : [];
    this.at = 0;
    this.paint();
  }

  /** @param {string} wanted */
  matches(wanted) {
    const found = [];
    for (const nodes of this.runs()) {
      const text = nodes.map((node) => node.data).join("").toLowerCase();
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
        if (found.length >= MOST) return found;
        const range = new Range();
        range.setStart(...placeIn(nodes, at));
        range.setEnd(...placeIn(nodes, at + wanted.length));
        found.push(range);
      }
    }
    return found;
  }

  /** Text nodes that read as one text: a marked term splits a text, and must not hide a match. */
  *runs() {
    /** @type {Text[]} */
    let run = [];
    for (const node of textNodes(this.body())) {
      if (node.parentElement?.closest("button")) continue;
      const before = run.at(-1);
      if (before && outermost(before).nextSibling !== outermost(node)) {
        yield run;
        run = [];
      }
      run.push(node);
    }
    if (run.length > 0) yield run;
  }

  paint() {
    const chosen = this.ranges[this.at];
    if (typeof CSS !== "undefined" && CSS.highlights) {
      CSS.highlights.set("labelcore-found", new Highlight(...this.ranges));
      CSS.highlights.set("labelcore-chosen", chosen ? new Highlight(chosen) : new Highlight());
    }
    const isAsking = this.field.value.trim() !== "";
    this.count.textContent = isAsking ? this.say("found", { at: chosen ? this.at + 1 : 0, n: this.ranges.length }) : "";
    if (chosen) reveal(chosen.startContainer.parentElement, this.body());
  }
}

/**
 * Open what an element is folded in, and bring it into view.
 * @param {HTMLElement | null} element
 * @param {HTMLElement} body
 */
export function reveal(element, body) {
  for (let holder = element; holder && holder !== body; holder = holder.parentElement) {
    if (holder instanceof HTMLDetailsElement) holder.open = true;
    const fold = holder.classList.contains("folded") && holder.parentElement?.querySelector("button.fold");
    if (fold instanceof HTMLElement) fold.click();
  }
  element?.scrollIntoView({ block: "center" });
}

/** @param {Text} node */
const outermost = (node) => node.parentElement?.closest("abbr.term") ?? node;

/**
 * The node, and the place within it, of a place in their joined text.
 * @param {Text[]} nodes
 * @param {number} at
 * @returns {[Text, number]}
 */
function placeIn(nodes, at) {
  const [node, ...later] = nodes;
  return at <= node.length || later.length === 0 ? [node, Math.min(at, node.length)] : placeIn(later, at - node.length);
}
