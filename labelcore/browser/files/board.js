// The board of codes: drag a code onto another to merge them, a quote onto another code to move it;
// the same by keys, and by the button that appears on every other code once something is picked up.
// Content reaches the page only as text nodes. Every act has an id, is sent until Python has
// acknowledged it, and is stored once however often it arrives.

const boards = new WeakMap();
const RESEND_AFTER = 1500;
const KEYS = [
  ["← → ↑ ↓", "go to a code or quote"],
  ["Space", "pick it up, or put it down"],
  ["M", "merge or move what is picked up into the code you are on"],
  ["Esc", "put everything down"],
  ["U", "undo"],
];

export default function mount({ data, parentElement, setTriggerValue }) {
  let board = boards.get(parentElement);
  if (!board) {
    board = new Board(parentElement);
    boards.set(parentElement, board);
  }
  board.receive(data, setTriggerValue);
  return () => setTimeout(() => board.destroyIfGone());
}

function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");
const percent = (sure) => (sure === null ? "set by a person" : `${Math.round(sure * 100)} % sure`);
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const quoteKey = (quote) => JSON.stringify([quote.grade_id, quote.text]);

class Board {
  constructor(parent) {
    this.parent = parent;
    this.waiting = new Map(); // act id -> act, until Python has it
    this.picked = new Map(); // key -> {kind, code, quote}
    this.places = [];
    this.status = el("p", { class: "status", role: "status" });
    this.list = el("ul", { class: "codes", "aria-label": "Codes" });
    this.undo = el("button", { type: "button", class: "undo", onclick: () => this.takeBack() });
    const keys = KEYS.map(([key, what]) => el("li", {}, el("kbd", {}, key), ` ${what}`));
    this.help = el("ul", { class: "keys", "aria-label": "Keys of the board" }, ...keys);
    const line = el("div", { class: "line" }, this.undo, this.status);
    this.root = el("section", { class: "board", "aria-label": "Board of codes", onkeydown: (event) => this.key(event) }, this.help, line, this.list);
    parent.append(this.root);
  }

  destroyIfGone() {
    const host = this.parent.host ?? this.parent;
    if (host.isConnected) return;
    clearTimeout(this.resending);
    boards.delete(this.parent);
  }

  receive(data, trigger) {
    this.trigger = trigger;
    this.theme();
    let news = null;
    for (const id of data.done) {
      if (this.waiting.has(id)) news = this.waiting.get(id).said;
      this.waiting.delete(id);
    }
    for (const [id, sentence] of Object.entries(data.refused)) {
      if (this.waiting.delete(id)) news = sentence;
    }
    this.codes = data.codes;
    this.last = data.undo;
    this.draw();
    if (news !== null) this.tell(news);
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
    const hadFocus = this.root.contains(this.root.getRootNode().activeElement) || this.wantsFocus;
    this.list.replaceChildren(...this.codes.map((code, column) => this.card(code, column)));
    this.undo.hidden = !this.last;
    this.undo.textContent = this.last ? `Undo: ${this.last.says}` : "";
    const place = this.places.find((own) => own.key === at) ?? this.places[0];
    this.at = place?.key;
    if (place) place.element.tabIndex = 0;
    if (place && hadFocus) place.element.focus();
    this.wantsFocus = false;
    this.showPicked();
  }

  card(code, column) {
    const busy = [...this.waiting.values()].some((act) => act.sources.includes(code.id) || act.target === code.id);
    const counts = `${plural(code.outputs, "output")}, ${plural(code.people, "person").replace("persons", "people")}`;
    const head = el(
      "div",
      { class: "code", role: "button", "aria-pressed": "false", "aria-label": `Code ${code.label}: ${counts}, ${percent(code.sure)}` },
      el("span", { class: "label" }, code.label),
      el("span", { class: "facts" }, `${counts} · ${percent(code.sure)}${code.state === "accepted" ? " · accepted" : ""}`),
    );
    const item = el("li", { class: "card", "data-code": code.id, "aria-busy": busy ? "true" : null, draggable: "true" }, head);
    this.place(head, { key: code.id, kind: "code", code, column, row: 0 });
    this.listenTo(item, head, { key: code.id, kind: "code", code });
    const quotes = code.quotes.map((quote, row) => this.quote(quote, code, column, row + 1));
    if (quotes.length) item.append(el("ul", { class: "quotes", "aria-label": `Quotes of ${code.label}` }, ...quotes));
    if (code.more > 0) item.append(el("p", { class: "facts" }, `and ${plural(code.more, "more quote")}`));
    item.append(el("button", { type: "button", class: "here", hidden: true, tabindex: "-1", onclick: () => this.drop(code) }, "Put it here"));
    this.takeDrops(item, code);
    return item;
  }

  quote(quote, code, column, row) {
    const key = quoteKey(quote);
    const words = quote.marked ? "marked words" : "note";
    const button = el(
      "div",
      { class: "quote", role: "button", "aria-pressed": "false", "aria-label": `Quote, ${words}, ${percent(quote.sure)}: ${quote.text}` },
      quote.marked ? el("span", { class: "marked" }, "marked words") : null,
      el("span", { class: "words" }, quote.text),
    );
    const item = el("li", { draggable: "true" }, button);
    this.place(button, { key, kind: "quote", code, quote, column, row });
    this.listenTo(item, button, { key, kind: "quote", code, quote });
    return item;
  }

  place(element, own) {
    element.tabIndex = -1;
    element.addEventListener("focus", () => this.settle(own.key));
    this.places.push({ ...own, element });
  }

  settle(key) {
    for (const own of this.places) own.element.tabIndex = own.key === key ? 0 : -1;
    this.at = key;
  }

  listenTo(item, element, thing) {
    element.addEventListener("click", () => this.pick(thing));
    item.addEventListener("dragstart", (event) => {
      event.stopPropagation();
      this.dragged = thing;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      item.classList.add("dragged");
    });
    item.addEventListener("dragend", () => {
      this.dragged = null;
      item.classList.remove("dragged");
      for (const own of this.list.children) own.classList.remove("over");
    });
  }

  takeDrops(item, code) {
    const fits = () => this.dragged && this.dragged.code.id !== code.id;
    item.addEventListener("dragover", (event) => {
      if (!fits()) return;
      event.preventDefault();
      item.classList.add("over");
    });
    item.addEventListener("dragleave", (event) => {
      if (!item.contains(event.relatedTarget)) item.classList.remove("over");
    });
    item.addEventListener("drop", (event) => {
      if (!fits()) return;
      event.preventDefault();
      const { dragged } = this;
      this.dragged = null;
      this.join([dragged], code);
    });
  }

  showPicked() {
    for (const own of this.places) own.element.setAttribute("aria-pressed", String(this.picked.has(own.key)));
    const owners = new Set([...this.picked.values()].map((own) => own.code.id));
    for (const item of this.list.children) {
      const onlySelf = owners.size === 0 || (owners.size === 1 && owners.has(item.dataset.code));
      item.querySelector(":scope > .here").hidden = onlySelf || this.picked.has(item.dataset.code);
    }
  }

  tell(sentence) {
    this.status.textContent = sentence;
  }

  /** Streamlit's theme is known by its colours only. */
  theme() {
    const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    probe.fillStyle = getComputedStyle(this.root).getPropertyValue("--st-background-color").trim() || "#fff";
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    this.root.dataset.theme = 0.2126 * r + 0.7152 * g + 0.0722 * b < 110 ? "dark" : "light";
  }

  // --- acts

  pick(thing) {
    if (this.picked.delete(thing.key)) this.tell("Put down.");
    else {
      this.picked.set(thing.key, thing);
      this.tell(`Picked up: ${thing.quote?.text ?? thing.code.label}. Go to another code and press M.`);
    }
    this.showPicked();
  }

  drop(code) {
    const things = [...this.picked.values()].filter((own) => own.code.id !== code.id);
    if (things.length === 0) return this.tell("Pick up a code or a quote first (Space), then go to another code.");
    this.picked.clear();
    this.join(things, code);
  }

  join(things, code) {
    const codes = things.filter((own) => own.kind === "code").map((own) => own.code);
    const acts = things
      .filter((own) => own.kind === "quote")
      .map(({ quote }) => ({ kind: "move", target: code.id, sources: [], grade_id: quote.grade_id, text: quote.text, said: `The quote is under ${code.label} now.` }));
    if (codes.length > 0) {
      const names = codes.map((own) => own.label).join(", ");
      acts.push({ kind: "merge", target: code.id, sources: codes.map((own) => own.id), said: `${names} merged into ${code.label}.` });
    }
    this.at = code.id;
    this.wantsFocus = true;
    this.send(acts);
  }

  takeBack() {
    if (!this.last || this.waiting.size > 0) return;
    this.send([{ kind: "undo", target: this.last.id, sources: [], said: `Taken back: ${this.last.says}.` }]);
  }

  send(acts) {
    for (const act of acts) {
      const id = newId();
      this.waiting.set(id, { ...act, id });
    }
    this.tell("Saving …");
    this.draw();
    this.flush();
  }

  flush() {
    const acts = [...this.waiting.values()].map(({ said, ...act }) => act);
    if (acts.length === 0) return;
    this.trigger("acted", { acts });
    this.sendLater();
  }

  sendLater() {
    clearTimeout(this.resending);
    this.resending = setTimeout(() => this.flush(), RESEND_AFTER);
  }

  // --- keys

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const active = this.root.getRootNode().activeElement;
    const here = this.places.find((own) => own.element === active);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const acts = {
      ArrowLeft: () => this.go(here, -1, 0), ArrowRight: () => this.go(here, 1, 0),
      ArrowUp: () => this.go(here, 0, -1), ArrowDown: () => this.go(here, 0, 1),
      " ": () => this.pick(here), Enter: () => this.pick(here), m: () => this.drop(here.code),
    };
    if (here && acts[key]) {
      if (!event.repeat || key.startsWith("Arrow")) acts[key]();
    } else if (key === "Escape" && this.picked.size > 0) {
      this.picked.clear();
      this.showPicked();
      this.tell("Everything is put down.");
    } else if (key === "u" && here && !event.repeat) this.takeBack();
    else return;
    event.preventDefault();
    event.stopPropagation(); // the app has shortcuts of its own
  }

  go(here, columns, rows) {
    const column = here.column + columns;
    const inColumn = this.places.filter((own) => own.column === column);
    const next = columns ? inColumn[0] : inColumn.find((own) => own.row === here.row + rows);
    next?.element.focus();
  }
}
