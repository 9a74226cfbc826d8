// The board of codes: drag a code onto another to merge them, a quote onto another code to move it;
// the same by keys, and by the button that appears on every other code once something is picked up.
// Content reaches the page only as text nodes. Every act has an id, is sent until Python has
// acknowledged it, and is stored once however often it arrives.

import { isDark } from "./ground.js";
import { newClientId } from "./queue.js";
import { el, speaker } from "./text.js";

const boards = new WeakMap();
const RESEND_AFTER = 1500;
const KEYS = [
  ["← → ↑ ↓", "key_go"],
  ["Space", "key_pick"],
  ["M", "key_merge"],
  ["Esc", "key_down"],
  ["U", "key_undo"],
];

/** @param {{ data: BoardNews, parentElement: HTMLElement, setTriggerValue: BoardTrigger }} given */
export default function mount({ data, parentElement, setTriggerValue }) {
  let board = boards.get(parentElement);
  if (!board) {
    board = new Board(parentElement);
    boards.set(parentElement, board);
  }
  board.receive(data, setTriggerValue);
  return () => setTimeout(() => board.destroyIfGone());
}

/** @param {Quote} quote */
const quoteKey = (quote) => JSON.stringify([quote.grade_id, quote.text]);

class Board {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
    /** @type {Map<string, BoardAct>} */
    this.waiting = new Map(); // act id -> act, until Python has it
    /** @type {Map<string, Thing>} */
    this.picked = new Map(); // key -> {kind, code, quote}
    /** @type {Place[]} */
    this.places = [];
    /** @type {Code[]} */
    this.codes = [];
    /** @type {{ id: string, says: string } | null} */
    this.last = null;
    /** @type {string | undefined} */
    this.at = undefined; // key of the place that the keys are on
    /** @type {Thing | null} */
    this.dragged = null;
    /** @type {BoardTrigger} */
    this.trigger = () => {};
    this.resending = 0;
    this.wantsFocus = false;
    this.say = speaker({});
    this.status = el("p", { class: "status", role: "status" });
    this.list = el("ul", { class: "codes" });
    this.undo = el("button", { type: "button", class: "undo", onclick: () => this.takeBack() });
    this.help = el("ul", { class: "keys" });
    const line = el("div", { class: "line" }, this.undo, this.status);
    this.root = el("section", { class: "board", onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) }, this.help, line, this.list);
    parent.append(this.root);
  }

  destroyIfGone() {
    const host = this.parent instanceof ShadowRoot ? this.parent.host : this.parent;
    if (host.isConnected) return;
    clearTimeout(this.resending);
    boards.delete(this.parent);
  }

  /**
   * @param {BoardNews} data
   * @param {BoardTrigger} trigger
   */
  receive(data, trigger) {
    this.trigger = trigger;
    this.say = speaker(data.words);
    this.help.replaceChildren(...KEYS.map(([key, what]) => el("li", {}, el("kbd", {}, key), ` ${this.say(what)}`)));
    this.help.setAttribute("aria-label", this.say("keys"));
    this.list.setAttribute("aria-label", this.say("codes"));
    this.root.setAttribute("aria-label", this.say("board"));
    this.root.dataset.theme = isDark(getComputedStyle(this.root).getPropertyValue("--st-background-color")) ? "dark" : "light";
    let sentence = null;
    for (const id of data.done) {
      sentence = this.waiting.get(id)?.news ?? sentence;
      this.waiting.delete(id);
    }
    for (const [id, reason] of Object.entries(data.refused)) {
      if (this.waiting.delete(id)) sentence = reason;
    }
    this.codes = data.codes;
    this.last = data.undo;
    this.draw();
    if (sentence !== null) this.tell(sentence);
    if (this.waiting.size > 0) this.sendLater();
  }

  // --- drawing

  draw() {
    const at = this.at;
    const known = new Set();
    for (const code of this.codes) {
      known.add(code.id);
      for (const quote of code.quotes) known.add(quoteKey(quote));
    }
    for (const key of this.picked.keys()) if (!known.has(key)) this.picked.delete(key);
    this.places = [];
    const hadFocus = this.root.contains(this.active) || this.wantsFocus;
    this.list.replaceChildren(...this.codes.map((code, column) => this.card(code, column)));
    this.undo.hidden = !this.last;
    this.undo.textContent = this.last ? this.say("undo", { change: this.last.says }) : "";
    const place = this.places.find((place) => place.key === at) ?? this.places[0];
    this.at = place?.key;
    if (place) place.element.tabIndex = 0;
    if (place && hadFocus) place.element.focus();
    this.wantsFocus = false;
    this.showPicked();
  }

  /**
   * @param {Code} code
   * @param {number} column
   */
  card(code, column) {
    const busy = [...this.waiting.values()].some((act) => act.sources.includes(code.id) || act.target === code.id);
    const { counts, sure } = code;
    const head = el(
      "div",
      { class: "code", role: "button", "aria-pressed": "false", "aria-label": this.say("code", { label: code.label, counts, sure }) },
      el("span", { class: "label" }, code.label),
      el("span", { class: "facts" }, `${counts} · ${sure}${code.state === "accepted" ? ` · ${this.say("accepted")}` : ""}`),
    );
    const item = el("li", { class: "card", "data-code": code.id, "aria-busy": busy ? "true" : null, draggable: "true" }, head);
    this.place(head, { key: code.id, kind: "code", code, column, row: 0 });
    this.listenTo(item, head, { key: code.id, kind: "code", code });
    const quotes = code.quotes.map((quote, row) => this.quote(quote, code, column, row + 1));
    if (quotes.length) item.append(el("ul", { class: "quotes", "aria-label": this.say("quotes", { label: code.label }) }, ...quotes));
    if (code.more > 0) item.append(el("p", { class: "facts" }, this.say("more", { n: code.more })));
    item.append(el("button", { type: "button", class: "here", hidden: true, tabindex: "-1", onclick: () => this.drop(code) }, this.say("here")));
    this.takeDrops(item, code);
    return item;
  }

  /**
   * @param {Quote} quote
   * @param {Code} code
   * @param {number} column
   * @param {number} row
   */
  quote(quote, code, column, row) {
    const key = quoteKey(quote);
    const words = this.say(quote.marked ? "marked" : "note");
    const button = el(
      "div",
      { class: "quote", role: "button", "aria-pressed": "false", "aria-label": this.say("quote", { kind: words, sure: quote.sure, text: quote.text }) },
      quote.marked ? el("span", { class: "marked" }, words) : null,
      el("span", { class: "words" }, quote.text),
    );
    const item = el("li", { draggable: "true" }, button);
    this.place(button, { key, kind: "quote", code, quote, column, row });
    this.listenTo(item, button, { key, kind: "quote", code, quote });
    return item;
  }

  /**
   * @param {HTMLElement} element
   * @param {Omit<Place, "element">} place
   */
  place(element, place) {
    element.tabIndex = -1;
    element.addEventListener("focus", () => this.settle(place.key));
    this.places.push({ ...place, element });
  }

  /** @param {string} key */
  settle(key) {
    for (const place of this.places) place.element.tabIndex = place.key === key ? 0 : -1;
    this.at = key;
  }

  /**
   * @param {HTMLElement} item
   * @param {HTMLElement} element
   * @param {Thing} thing
   */
  listenTo(item, element, thing) {
    element.addEventListener("click", () => this.pick(thing));
    item.addEventListener("dragstart", (event) => {
      event.stopPropagation();
      this.dragged = thing;
      if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
      event.dataTransfer?.setData("text/plain", "");
      item.classList.add("dragged");
    });
    item.addEventListener("dragend", () => {
      this.dragged = null;
      item.classList.remove("dragged");
      for (const card of this.list.children) card.classList.remove("over");
    });
  }

  /**
   * @param {HTMLElement} item
   * @param {Code} code
   */
  takeDrops(item, code) {
    const fits = () => this.dragged && this.dragged.code.id !== code.id;
    item.addEventListener("dragover", (event) => {
      if (!fits()) return;
      event.preventDefault();
      item.classList.add("over");
    });
    item.addEventListener("dragleave", (event) => {
      if (!(event.relatedTarget instanceof Node && item.contains(event.relatedTarget))) item.classList.remove("over");
    });
    item.addEventListener("drop", (event) => {
      const { dragged } = this;
      if (!dragged || !fits()) return;
      event.preventDefault();
      this.dragged = null;
      this.join([dragged], code);
    });
  }

  showPicked() {
    for (const place of this.places) place.element.setAttribute("aria-pressed", String(this.picked.has(place.key)));
    const owners = new Set([...this.picked.values()].map((thing) => thing.code.id));
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.list.querySelectorAll(".here"))) {
      const id = button.parentElement?.dataset.code ?? "";
      const onlySelf = owners.size === 0 || (owners.size === 1 && owners.has(id));
      button.hidden = onlySelf || this.picked.has(id);
    }
  }

  /** The element that has the focus, within the component's tree. */
  get active() {
    return /** @type {ShadowRoot | Document} */ (this.root.getRootNode()).activeElement;
  }

  /** @param {string} sentence */
  tell(sentence) {
    this.status.textContent = sentence;
  }

  // --- acts

  /** @param {Thing} thing */
  pick(thing) {
    if (this.picked.delete(thing.key)) this.tell(this.say("down"));
    else {
      this.picked.set(thing.key, thing);
      this.tell(this.say("picked", { thing: thing.quote?.text ?? thing.code.label }));
    }
    this.showPicked();
  }

  /** @param {Code} code */
  drop(code) {
    const things = [...this.picked.values()].filter((thing) => thing.code.id !== code.id);
    if (things.length === 0) return this.tell(this.say("pick_first"));
    this.picked.clear();
    this.join(things, code);
  }

  /**
   * @param {Thing[]} things
   * @param {Code} code
   */
  join(things, code) {
    const codes = things.filter((thing) => thing.kind === "code").map((thing) => thing.code);
    /** @type {BoardAct[]} */
    const acts = things
      .flatMap((thing) => thing.quote ?? [])
      .map((quote) => ({ kind: "move", target: code.id, sources: [], grade_id: quote.grade_id, text: quote.text, news: this.say("moved", { code: code.label }) }));
    if (codes.length > 0) {
      const names = codes.map((source) => source.label).join(", ");
      acts.push({ kind: "merge", target: code.id, sources: codes.map((source) => source.id), news: this.say("merged", { codes: names, code: code.label }) });
    }
    this.at = code.id;
    this.wantsFocus = true;
    this.send(acts);
  }

  takeBack() {
    if (!this.last || this.waiting.size > 0) return;
    this.send([{ kind: "undo", target: this.last.id, sources: [], news: this.say("back", { change: this.last.says }) }]);
  }

  /** @param {BoardAct[]} acts */
  send(acts) {
    for (const act of acts) {
      const id = newClientId();
      this.waiting.set(id, { ...act, id });
    }
    this.tell(this.say("saving"));
    this.draw();
    this.flush();
  }

  flush() {
    const acts = [...this.waiting.values()].map(({ news, ...act }) => act);
    if (acts.length === 0) return;
    this.trigger("acted", { acts });
    this.sendLater();
  }

  sendLater() {
    clearTimeout(this.resending);
    this.resending = setTimeout(() => this.flush(), RESEND_AFTER);
  }

  // --- keys

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = this.places.find((place) => place.element === this.active);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    /** @type {Record<string, (here: Place) => void>} */
    const acts = {
      ArrowLeft: (here) => this.go(here, -1, 0), ArrowRight: (here) => this.go(here, 1, 0),
      ArrowUp: (here) => this.go(here, 0, -1), ArrowDown: (here) => this.go(here, 0, 1),
      " ": (here) => this.pick(here), Enter: (here) => this.pick(here), m: (here) => this.drop(here.code),
    };
    if (here && acts[key]) {
      if (!event.repeat || key.startsWith("Arrow")) acts[key](here);
    } else if (key === "Escape" && this.picked.size > 0) {
      this.picked.clear();
      this.showPicked();
      this.tell(this.say("all_down"));
    } else if (key === "u" && here && !event.repeat) this.takeBack();
    else return;
    event.preventDefault();
    event.stopPropagation(); // the app has its shortcuts too
  }

  /**
   * @param {Place} here
   * @param {number} columns
   * @param {number} rows
   */
  go(here, columns, rows) {
    const column = here.column + columns;
    const inColumn = this.places.filter((place) => place.column === column);
    const next = columns ? inColumn[0] : inColumn.find((place) => place.row === here.row + rows);
    next?.element.focus();
  }
}
