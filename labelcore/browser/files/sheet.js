// One output with what it answered, as an element that is kept while the output may be seen again.
import { conversation, facts, textBody } from "./panel.js";
import { markTerms } from "./terms.js";
import { el, whole } from "./text.js";

const KEPT = 12;

/** Draws sheets, remembers the latest ones, and which parts people keep open. */
export class Sheets {
  /** @param {Say} say */
  constructor(say) {
    this.say = say;
    this.taste = new Map();
    this.open = new Map([["input", true], ["context", true], ["conversation", true], ["details", false], ["reference", true]]);
    this.drawn = new Map();
  }

  /**
   * The sheet of an item; drawn once as long as it is remembered and its terms stay as they are.
   * @param {Item} item
   */
  of(item) {
    const before = this.drawn.get(item.output_id);
    const known = before?.dataset.terms === (item.terms_key ?? "") ? before : undefined;
    const sheet = known ?? this.drawWithTerms(item);
    this.drawn.delete(item.output_id);
    this.drawn.set(item.output_id, sheet);
    for (const [id] of this.drawn) {
      if (this.drawn.size <= KEPT) break;
      this.drawn.delete(id);
    }
    if (known) for (const part of known.querySelectorAll("details[data-part]")) part.open = this.open.get(part.dataset.part);
    return sheet;
  }

  /** @param {Item} item */
  drawWithTerms(item) {
    const sheet = this.draw(item);
    sheet.dataset.terms = item.terms_key ?? "";
    if (item.terms?.length) markTerms(sheet, item.terms);
    return sheet;
  }

  /** @param {Item} item */
  draw(item) {
    const before = [
      this.part("input", this.filled(item.input) && this.text("input", item.input, 1500)),
      this.part("context", this.filled(item.context) && this.text("context", item.context, 1500)),
      this.part("conversation", item.conversation.length > 0 && conversation(item.conversation, this.options(1500))),
      this.part("reference", this.filled(item.reference) && this.text("reference", item.reference, 1500)),
      this.part("details", Object.keys(item.metadata).length > 0 && facts(item.metadata)),
    ].filter(Boolean);
    const asked = before.length > 0 ? el("div", { class: "asked" }, ...before) : null;
    if (item.other === null || item.other === undefined) {
      const others = (item.alike ?? []).map((text) => el("li", {}, this.text("alike", text, 600)));
      const alike = this.part("alike", others.length > 0 && el("ol", {}, ...others));
      return el("div", { class: "sheet" }, asked, this.output("output", item.text, item.reference), alike);
    }
    const sides = [this.output("left", item.text, item.other), this.output("right", item.other, item.text)];
    return el("div", { class: "sheet pair" }, asked, el("div", { class: "sides" }, ...sides));
  }

  /**
   * One output; `against` is the text that its differences are shown to, when asked for.
   * @param {string} name
   * @param {Sent} sent
   * @param {Sent} against
   */
  output(name, sent, against) {
    const title = el("h2", {}, this.say(name));
    const body = this.filled(sent)
      ? textBody(this.say(name), sent, { ...this.options(6000), against: whole(against).text })
      : el("p", { class: "no-output" }, this.say("no_output"));
    return el("section", { class: "output", "aria-label": this.say(name) }, title, body);
  }

  /**
   * @param {string} name
   * @param {HTMLElement | false} body
   */
  part(name, body) {
    if (!body) return null;
    const details = el("details", { class: `part ${name}`, "data-part": name }, el("summary", {}, this.say(name)), body);
    details.open = this.open.get(name) ?? true;
    details.addEventListener("toggle", () => details.isConnected && this.open.set(name, details.open));
    return details;
  }

  /**
   * @param {string} name
   * @param {Sent} sent
   * @param {number} foldAt
   */
  text(name, sent, foldAt) {
    return textBody(this.say(name), sent, this.options(foldAt));
  }

  /** @param {number} foldAt */
  options(foldAt) {
    return { say: this.say, taste: this.taste, foldAt };
  }

  /** @param {Sent} sent */
  filled(sent) {
    return whole(sent).text.trim() !== "";
  }
}
