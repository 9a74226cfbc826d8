// The list of criteria: each row opens its criterion beside the list; one that is dragged onto another, or picked
// up and put down there with M, is merged into it. Content reaches the page only as text nodes.
import { isDark } from "./ground.js";
import { el, speaker } from "./text.js";

const lists = new WeakMap();

/** @param {{ data: CriteriaNews, parentElement: HTMLElement, setTriggerValue: CriteriaTrigger }} given */
export default function mount({ data, parentElement, setTriggerValue }) {
  const list = lists.get(parentElement) ?? new List(parentElement);
  lists.set(parentElement, list);
  list.receive(data, setTriggerValue);
}

class List {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    /** @type {CriteriaRow | null} */
    this.picked = null;
    /** @type {CriteriaRow[]} */
    this.rows = [];
    /** @type {CriteriaTrigger} */
    this.trigger = () => {};
    this.say = speaker({});
    this.place = el("div");
    this.status = el("p", { class: "status", role: "status" });
    this.root = el("section", { class: "board judges criteria", onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) }, this.place, this.status);
    parent.append(this.root);
  }

  /**
   * @param {CriteriaNews} data
   * @param {CriteriaTrigger} trigger
   */
  receive(data, trigger) {
    const focused = /** @type {HTMLElement | null} */ (this.root.querySelector("button:focus"))?.dataset.criterion;
    this.trigger = trigger;
    this.rows = data.rows;
    this.say = speaker(data.words);
    this.picked = null;
    this.root.dataset.theme = isDark(getComputedStyle(this.root).getPropertyValue("--st-background-color")) ? "dark" : "light";
    const heads = ["name", "notes", "judge"].map((name) => el("th", { scope: "col", class: name }, data.words[name] ?? ""));
    this.place.replaceChildren(
      el("table", { "aria-label": data.words.table }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...data.rows.map((row) => this.line(row)))),
    );
    this.tell(data.rows.filter((row) => row.live).length > 1 ? this.say("hint") : "");
    /** @type {HTMLElement | null} */ (this.root.querySelector(`button[data-criterion="${focused}"]`))?.focus();
  }

  /** @param {CriteriaRow} row */
  line(row) {
    const open = (/** @type {Event} */ event) => {
      event.stopPropagation();
      this.open(row);
    };
    const chips = [row.state, row.severity].map((chip) => chip && el("span", { class: `chip ${chip.kind}` }, chip.words));
    const button = el("button", { type: "button", "data-criterion": row.id, "aria-pressed": String(row.open), onclick: open }, row.name);
    const line = el(
      "tr",
      { "data-criterion": row.id, "data-open": row.open, draggable: String(row.live), onclick: open },
      el("td", { class: "name" }, button, el("span", { class: "chips" }, ...chips)),
      el("td", { class: "notes" }, row.notes),
      el("td", { class: "judge" }, row.judge.words, row.judge.more ? el("span", { class: "more" }, row.judge.more) : null),
    );
    if (row.live) this.takeDrops(line, row);
    return line;
  }

  /**
   * @param {HTMLElement} line
   * @param {CriteriaRow} row
   */
  takeDrops(line, row) {
    const fits = () => this.picked !== null && this.picked.id !== row.id;
    line.addEventListener("dragstart", (event) => {
      this.picked = row;
      event.dataTransfer?.setData("text/plain", "");
    });
    line.addEventListener("dragend", () => this.putDown());
    line.addEventListener("dragover", (event) => {
      if (!fits()) return;
      event.preventDefault();
      line.classList.add("over");
    });
    line.addEventListener("dragleave", () => line.classList.remove("over"));
    line.addEventListener("drop", (event) => {
      if (!fits()) return;
      event.preventDefault();
      this.mergeInto(row);
    });
  }

  /** @param {CriteriaRow} row */
  open(row) {
    for (const line of this.root.querySelectorAll("tr[data-criterion]")) line.toggleAttribute("data-open", /** @type {HTMLElement} */ (line).dataset.criterion === row.id);
    this.trigger("acted", { kind: "open", target: row.id });
  }

  /** @param {CriteriaRow} row */
  mergeInto(row) {
    const { picked } = this;
    if (!picked || picked.id === row.id) return;
    this.tell(this.say("merging", { source: picked.name, target: row.name }));
    this.trigger("acted", { kind: "merge", target: row.id, source: picked.id });
    this.putDown();
  }

  putDown() {
    this.picked = null;
    for (const line of this.root.querySelectorAll("tr")) line.classList.remove("over", "picked");
  }

  /** @param {string} sentence */
  tell(sentence) {
    this.status.textContent = sentence;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const id = /** @type {HTMLElement} */ (event.target).dataset?.criterion;
    const row = this.rows.find((row) => row.id === id && row.live);
    if (event.key.toLowerCase() === "m" && row) {
      if (this.picked && this.picked.id !== row.id) this.mergeInto(row);
      else {
        this.picked = row;
        this.root.querySelector(`tr[data-criterion="${row.id}"]`)?.classList.add("picked");
        this.tell(this.say("picked", { name: row.name }));
      }
    } else if (event.key === "Escape" && this.picked) {
      this.putDown();
      this.tell(this.say("down"));
    } else return;
    event.preventDefault();
    event.stopPropagation(); // the app has its shortcuts too
  }
}
