// The note: opened by F (what is wrong, the raw material of everything) or by N (any remark).
import { el, visible } from "./text.js";

const LIKELIEST = 3;

export class NoteBox {
  /**
   * `on.save(text)`, `on.leave()` and `on.draft(text)` are called as the person acts.
   * @param {Say} say
   * @param {NoteActs} on
   */
  constructor(say, on) {
    this.say = say;
    this.on = on;
    this.openedBy = null;
    this.label = el("label", { for: "note" });
    this.field = el("textarea", { id: "note", rows: 2, dir: "auto", "aria-describedby": "note-hint", maxlength: 50000 });
    this.hint = el("p", { id: "note-hint", class: "hint", "aria-live": "polite" });
    this.save = el("button", { type: "button", class: "primary", onclick: () => on.save(this.field.value) });
    this.leave = el("button", { type: "button", onclick: () => on.leave() });
    /** Stands in the bar, before the grades. */
    this.buttons = el("div", { class: "note-buttons", hidden: true }, this.save, this.leave);
    this.offers = el("div", { class: "offers", role: "group", "aria-label": say("offers") });
    const title = el("div", { class: "note-title" }, this.label, this.hint);
    this.element = el("div", { class: "note-box", hidden: true }, title, this.field, this.offers);
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("keyup", () => (this.openedBy = null));
    this.field.addEventListener("input", () => this.typed());
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /**
   * What was said before, likeliest first, to take with one click or Alt and its number; a few until more are asked for.
   * @param {string[]} phrases
   */
  offer(phrases) {
    this.phrases = phrases.slice(0, 9);
    const chips = this.phrases.map((words, at) => {
      const cap = el("kbd", { "aria-hidden": "true" }, `Alt+${at + 1}`);
      const phrase = el("span", { class: "phrase" }, ...visible(words));
      return el("button", { type: "button", title: words, hidden: at >= LIKELIEST, onclick: () => this.take(at) }, phrase, cap);
    });
    const more = el("button", { type: "button", class: "more", hidden: chips.length <= LIKELIEST, onclick: () => this.offerAll() }, this.say("more_offers"));
    this.offers.replaceChildren(...chips, more);
  }

  offerAll() {
    for (const chip of this.offers.children) if (chip instanceof HTMLElement) chip.hidden = chip.classList.contains("more");
    this.field.focus({ preventScroll: true });
  }

  /** @param {number} at */
  take(at) {
    const words = this.phrases?.[at];
    if (!words || this.kind === "edit") return;
    const before = this.field.value.trim();
    this.field.value = before ? `${before}; ${words}` : words;
    this.field.focus({ preventScroll: true });
    this.typed();
  }

  /**
   * Open with a text; `kind` is "fail", "note" or "edit" (the whole output, Ctrl+Enter keeps it); `openedBy` is the code of the key still held.
   * @param {NoteKind} kind
   * @param {string} text
   * @param {string | null} openedBy
   * @param {string} [about] the part that failed
   */
  open(kind, text, openedBy, about = "") {
    this.kind = kind;
    this.openedBy = openedBy;
    this.warned = false;
    const failing = kind === "fail";
    const editing = kind === "edit";
    this.label.textContent = this.say(editing ? "edit_label" : failing ? "what_is_wrong" : "note_label");
    this.hint.textContent = this.say(editing ? "edit_hint" : failing ? "note_fail_hint" : "note_hint");
    this.save.textContent = this.say(editing ? "keep_text" : failing ? "save_and_next" : "keep_note");
    if (failing && about) this.label.replaceChildren(...visible(this.say("what_is_wrong_with", { name: about })));
    this.leave.textContent = this.say(failing ? "no_note" : "cancel");
    this.offers.hidden = editing || !this.phrases?.length;
    this.field.value = text;
    this.setOpen(true);
    this.fit();
    this.field.focus({ preventScroll: true });
  }

  close() {
    this.setOpen(false);
    this.field.blur();
  }

  /** @param {boolean} isOpen */
  setOpen(isOpen) {
    this.element.hidden = this.buttons.hidden = !isOpen;
    this.element.parentElement?.classList.toggle("noting", isOpen);
  }

  /**
   * Something else took the focus while the note is open: what is typed still belongs here.
   * @param {KeyboardEvent} event
   */
  catchKey(event) {
    const [target] = event.composedPath();
    const isElsewhere = target instanceof Element && target.closest("button, summary, input, textarea, select");
    if (event.key.length === 1 && !isElsewhere) this.field.focus({ preventScroll: true });
  }

  /** Take the focus back from a dialog that came and goes; its farewell may take it once more. */
  regainFocus() {
    for (const wait of [0, 60, 250, 500]) {
      setTimeout(() => this.isOpen && this.field.focus({ preventScroll: true }), wait);
    }
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation(); // no shortcut of the page may take a letter of the note
    if (event.isComposing || event.keyCode === 229) return; // Enter that chooses a Chinese word
    if (event.repeat && event.code === this.openedBy) return event.preventDefault(); // F still held
    const number = event.altKey ? /^Digit([1-9])$/.exec(event.code) : null;
    if (number) {
      event.preventDefault();
      return this.take(Number(number[1]) - 1);
    }
    const isLine = this.kind === "edit" && !event.ctrlKey && !event.metaKey;
    if (event.key === "Enter" && !event.shiftKey && !isLine) {
      event.preventDefault();
      if (!event.repeat) this.on.save(this.field.value);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.escape();
    }
  }

  escape() {
    if (this.kind === "fail" && this.field.value.trim() !== "" && !this.warned) {
      this.warned = true;
      this.hint.textContent = this.say("note_escape_again");
    } else this.on.leave();
  }

  typed() {
    this.fit();
    this.on.draft(this.field.value);
  }

  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight + 2, window.innerHeight * (this.kind === "edit" ? 0.45 : 0.25))}px`;
  }
}
