// The editor of a judge's prompt: two texts, and slots that go where the cursor stands. What is written is sent
// while somebody types; what the page sends back replaces it only when another prompt is opened.
import { isDark } from "./ground.js";
import { el, speaker } from "./text.js";

const PAUSE = 400;
const editors = new WeakMap();

/** @param {{ data: PromptNews, parentElement: HTMLElement, setStateValue: PromptSetter, setTriggerValue: PromptTrigger }} given */
export default function mount({ data, parentElement, setStateValue, setTriggerValue }) {
  const editor = editors.get(parentElement) ?? new Editor(parentElement);
  editors.set(parentElement, editor);
  editor.receive(data, setStateValue, setTriggerValue);
}

/** @param {string} name */
const written = (name) => `{{${name}}}`;

class Editor {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    /** @type {string | null} */
    this.epoch = null;
    this.timer = 0;
    /** @type {PromptSetter} */
    this.set = () => {};
    /** @type {PromptTrigger} */
    this.trigger = () => {};
    this.say = speaker({});
    /** @type {PromptSlot[]} */
    this.slots = [];
    this.system = this.area("system", 5);
    this.user = this.area("user", 10);
    this.last = this.user;
    this.titles = { system: el("label", { for: "system" }), user: el("label", { for: "user" }) };
    this.chips = el("div", { class: "chips", role: "toolbar", onkeydown: (/** @type {KeyboardEvent} */ event) => this.walk(event) });
    this.hint = el("p", { class: "status" });
    this.root = el("section", { class: "board prompt" }, this.titles.system, this.system, this.titles.user, this.user, this.chips, this.hint);
    parent.append(this.root);
  }

  /**
   * @param {"system" | "user"} name
   * @param {number} rows
   */
  area(name, rows) {
    const area = el("textarea", {
      id: name,
      rows,
      spellcheck: "false",
      oninput: () => this.later(),
      onblur: () => this.send(),
      onfocus: () => (this.last = area),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
    });
    return area;
  }

  /**
   * @param {PromptNews} data
   * @param {PromptSetter} set
   * @param {PromptTrigger} trigger
   */
  receive(data, set, trigger) {
    this.set = set;
    this.trigger = trigger;
    this.say = speaker(data.words);
    this.slots = data.slots;
    const isNew = this.epoch === null;
    if (data.epoch !== this.epoch) {
      this.epoch = data.epoch;
      clearTimeout(this.timer);
      this.timer = 0;
      this.system.value = data.system;
      this.user.value = data.user;
    }
    this.root.dataset.theme = isDark(getComputedStyle(this.root).getPropertyValue("--st-background-color")) ? "dark" : "light";
    for (const name of /** @type {const} */ (["system", "user"])) this.titles[name].textContent = data.words[name] ?? "";
    this.chips.setAttribute("aria-label", data.words.slots ?? "");
    this.hint.textContent = data.words.hint ?? "";
    this.draw();
    if (isNew) requestAnimationFrame(() => this.comeIntoView());
  }

  /** The page stays where the button was that opened it, which may be far below. */
  comeIntoView() {
    if (this.root.getBoundingClientRect().top < 0) this.root.scrollIntoView({ block: "start" });
  }

  draw() {
    const text = `${this.system.value}\n${this.user.value}`;
    const focused = /** @type {HTMLElement | null} */ (this.chips.querySelector(":focus"))?.dataset.slot;
    const used = new Set([...text.matchAll(/\{\{[ \t]*([^\s{}]+)[ \t]*\}\}/g)].map((found) => found[1]));
    this.chips.replaceChildren(
      ...this.slots.map(({ name, words }, at) =>
        el("button", { type: "button", "data-slot": name, title: this.say(used.has(name) ? "find" : "insert", { name: words }), "aria-pressed": String(used.has(name)), tabindex: at ? -1 : 0, onclick: () => this.press(name) }, words),
      ),
    );
    /** @type {HTMLElement | null} */ (this.chips.querySelector(`[data-slot="${CSS.escape(focused ?? "")}"]`))?.focus();
  }

  /**
   * Select the slot where it stands, else write it at the cursor, in a separate paragraph.
   * @param {string} name
   */
  press(name) {
    for (const area of [this.last, this.system, this.user]) {
      const found = new RegExp(`\\{\\{[ \\t]*${name.replace(/[^\w]/g, "\\$&")}[ \\t]*\\}\\}`).exec(area.value);
      if (!found) continue;
      area.focus();
      area.setSelectionRange(found.index, found.index + found[0].length);
      return;
    }
    const area = this.last;
    const { selectionStart: start, selectionEnd: end, value } = area;
    const before = value.slice(0, start).replace(/\n*$/, (ends) => (start && ends.length < 2 ? "\n\n" : ends));
    const after = value.slice(end).replace(/^\n*/, (ends) => (end < value.length && ends.length < 2 ? "\n\n" : ends));
    area.value = before + written(name) + after;
    area.focus();
    area.setSelectionRange(before.length, before.length + written(name).length);
    this.send(true);
    this.draw();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
    this.draw();
  }

  /** @param {boolean} changed */
  send(changed = false) {
    if (!this.timer && !changed) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.set("draft", this.text());
  }

  text() {
    return { epoch: this.epoch ?? "", system: this.system.value, user: this.user.value };
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation(); // the app has its shortcuts too
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) {
      event.preventDefault();
      clearTimeout(this.timer);
      this.timer = 0;
      this.trigger("asked", this.text());
    }
  }

  /** @param {KeyboardEvent} event */
  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const chips = /** @type {HTMLElement[]} */ ([...this.chips.children]);
    const at = chips.indexOf(/** @type {HTMLElement} */ (event.target));
    chips[(at + step + chips.length) % chips.length]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
