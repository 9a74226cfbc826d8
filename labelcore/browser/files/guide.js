// The guidelines: what the lead tells those who grade, with outputs that pass and fail. A modal dialog that opens
// by itself before the first grade of a version, and later by its key.
import { markdown } from "./markdown.js";
import { el, visible } from "./text.js";

/**
 * The language in which it is told: the person's, or the one that it is written in.
 * @param {Guideline} guideline
 * @param {string} language
 */
export const told = ({ texts }, language) => (texts[language] ? language : Object.keys(texts)[0] ?? language);

/**
 * Text and examples as elements.
 * @param {Guideline} guideline
 * @param {string} language
 * @param {Say} say
 */
export function guidelineBody(guideline, language, say) {
  const written = told(guideline, language);
  const text = el("div", { class: "told", lang: written }, markdown(guideline.texts[written] ?? "", say));
  const examples = guideline.examples.map(({ value, why, text }) =>
    el(
      "li",
      { "data-value": value },
      el("p", { dir: "auto" }, el("strong", {}, say(value)), " ", ...visible(why)),
      el("blockquote", { dir: "auto" }, ...visible(text)),
    ),
  );
  return el("div", { class: "guideline" }, text, examples.length > 0 ? el("ul", { class: "examples", "aria-label": say("examples") }, ...examples) : null);
}

export class Guide {
  /**
   * `closed()` is called once it has been seen.
   * @param {Say} say
   * @param {{ language: string, closed: () => void }} given
   */
  constructor(say, { language, closed }) {
    this.say = say;
    this.language = language;
    /** @type {Guideline | null} */
    this.guideline = null;
    this.place = el("div", {});
    const read = () => {
      closed(); // before the next key, which may come before the dialog's event
      this.dialog.close();
    };
    this.button = el("button", { type: "button", class: "primary", onclick: read });
    const title = el("h2", { id: "guide-title" }, say("guideline"));
    const scroller = el("div", { class: "scroller", tabindex: 0, "aria-labelledby": "guide-title" }, this.place);
    this.dialog = el("dialog", { class: "help guide", "aria-labelledby": "guide-title" }, title, scroller, el("div", { class: "note-buttons" }, this.button));
    this.dialog.addEventListener("close", closed);
  }

  get isOpen() {
    return this.dialog.open;
  }

  /** Which version is told; 0 where none is. */
  get version() {
    return this.guideline?.versions[told(this.guideline, this.language)] ?? 0;
  }

  get isEmpty() {
    return this.version === 0 && !this.guideline?.examples.length;
  }

  /** @param {Guideline | null} guideline */
  receive(guideline) {
    if (guideline === null || guideline.key === this.guideline?.key) return;
    this.guideline = guideline;
    this.place.replaceChildren(guidelineBody(guideline, this.language, this.say));
  }

  /** @param {boolean} isFirst */
  open(isFirst) {
    if (this.isEmpty || this.isOpen) return;
    this.button.textContent = this.say(isFirst ? "guideline_seen" : "close");
    this.dialog.showModal();
    this.button.focus({ preventScroll: true });
  }
}
