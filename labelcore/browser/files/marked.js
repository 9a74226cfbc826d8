// Words that a person chose as evidence: a button beside them, for hands without keys, and their mark in the text.
// The browser paints the marks (CSS highlights), so the texts themselves are not touched.
import { el, textNodes } from "./text.js";

const HIDE_AFTER = 400; // a tap on the button takes the choice away before it counts

export class Marked {
  /**
   * `body()` gives the element with the texts; `mark()` is called by the button.
   * @param {Say} say
   * @param {() => HTMLElement} body
   * @param {() => void} mark
   */
  constructor(say, body, mark) {
    this.body = body;
    this.chosen = "";
    /** @type {Span[]} */
    this.spans = [];
    this.hiding = 0;
    this.button = el("button", { type: "button", class: "mark-words", hidden: true, onclick: mark }, say("mark_words"));
    this.button.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  /** The words that are chosen now, or were when the button was pressed. */
  words() {
    return chosenIn(this.body()) || this.chosen;
  }

  /** Called whenever the choice on the page changes. */
  look() {
    clearTimeout(this.hiding);
    const words = chosenIn(this.body());
    if (words) this.offer(words);
    else if (this.chosen) this.hiding = setTimeout(() => this.offer(""), HIDE_AFTER);
  }

  /** @param {string} words */
  offer(words) {
    this.chosen = words;
    this.button.hidden = words === "";
  }

  /** @param {Span[]} spans */
  paint(spans) {
    this.spans = spans;
    if (typeof CSS === "undefined" || !CSS.highlights) return;
    const ranges = spans.map((span) => this.rangeOf(span)).filter((range) => range !== null);
    CSS.highlights.set("labelcore-marked", new Highlight(...ranges));
  }

  /** Another format draws the text anew. */
  repaint() {
    if (this.spans.length > 0) this.paint(this.spans);
  }

  /** @param {Span} span */
  rangeOf(span) {
    return rangeOf(this.body(), span);
  }
}

/**
 * The words of the texts that are chosen by pointer or finger, "" without any.
 * @param {HTMLElement} holder
 */
function chosenIn(holder) {
  const root = /** @type {ShadowRoot & { getSelection?: () => Selection }} */ (holder.getRootNode());
  const selection = root.getSelection?.() ?? document.getSelection();
  if (!selection) return "";
  const [inside] = root.getSelection ? [] : selection.getComposedRanges?.({ shadowRoots: [root] }) ?? []; // Safari
  const start = inside?.startContainer ?? selection.anchorNode;
  if (!start || !holder.contains(start)) return "";
  if (!inside) return String(selection).trim();
  const range = new Range();
  range.setStart(inside.startContainer, inside.startOffset);
  range.setEnd(inside.endContainer, inside.endOffset);
  return String(range).trim();
}

/**
 * Where marked words stand in the texts of a card, or null.
 * @param {Element} body
 * @param {Pick<Span, "part" | "text">} span
 */
export function rangeOf(body, { part, text }) {
  const output = part === "output" ? body.querySelector(".output") : null;
  return rangeIn(output ?? body, text);
}

/**
 * Where words stand first in an element; breaks between them differ with the format and do not count.
 * @param {Element} holder
 * @param {string} words
 */
function rangeIn(holder, words) {
  /** @type {[Text, number][]} */
  const places = [];
  const letters = [];
  for (const node of textNodes(holder)) {
    if (node.parentElement?.closest("button, h2, summary")) continue;
    for (let at = 0; at < node.length; at++) {
      if (/\s/.test(node.data[at])) continue;
      letters.push(node.data[at]);
      places.push([node, at]);
    }
  }
  const wanted = words.replace(/\s+/g, "");
  const first = wanted ? letters.join("").indexOf(wanted) : -1;
  if (first < 0) return null;
  const [node, at] = places[first + wanted.length - 1];
  const range = new Range();
  range.setStart(...places[first]);
  range.setEnd(node, at + 1);
  return range;
}
