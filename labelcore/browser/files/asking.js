// What the next press answers: the output as a whole (pass or fail, a level, a side), or one part of
// it (a criterion, a field of a structured output).
import { choicesOf } from "./choices.js";
import { partsOf } from "./marks.js";

/** @type {Record<string, Value>} */
const VALUES = { pass: "pass", fail: "fail", fail_only: "fail", unsure: "unsure", skip: "skipped", inapplicable: "skipped" };

/**
 * Whether an action is an answer.
 * @param {string} action
 */
export const isAnswer = (action) => action in VALUES || action.startsWith("choice:");

export class Asking {
  /**
   * `card` gives deck and view, and makes the grades: gradePart(item, part, value), show().
   * @param {import("./card.js").Card} card
   */
  constructor(card) {
    this.card = card;
    /** @type {Part[]} */
    this.criteria = [];
    /** @type {Choice[]} */
    this.choices = []; // what is asked of the whole instead of pass or fail
    this.known = "";
    /** @type {number | null} */
    this.at = null; // index of the part that the next grade is for
    this.isComparing = false;
  }

  /**
   * Take in what the project asks.
   * @param {{ criteria?: Part[], scale?: Setting["scale"], compare?: boolean, language: string }} given
   */
  receive({ criteria, scale, compare, language }) {
    this.criteria = criteria ?? [];
    const asked = JSON.stringify([scale, compare, language]);
    if (asked === this.known) return;
    this.known = asked;
    this.isComparing = Boolean(compare);
    this.choices = choicesOf({ scale, compare }, this.card.view.say);
    this.card.view.choices.build(this.choices);
  }

  /** What is asked of the output on screen beside the whole: criteria, then its fields. */
  get parts() {
    return partsOf(this.criteria, this.card.deck.item);
  }

  /**
   * A criterion or field of an output by its id, or undefined.
   * @param {string} outputId
   * @param {string} id
   */
  part(outputId, id) {
    return partsOf(this.criteria, this.card.deck.items.get(outputId)).find((part) => part.id === id);
  }

  /** The part that the next press answers, or null: the whole. */
  get current() {
    return this.at === null ? null : this.parts[this.at] ?? null;
  }

  /** The required parts of the output on screen that have no answer. */
  get open() {
    const { deck } = this.card;
    return this.parts.filter((part) => part.required && !deck.mark(deck.shown, part.id));
  }

  /** Another output is on screen, or has other parts: ask for what it still needs, or for the whole. */
  startOver() {
    const { deck } = this.card;
    const [first] = deck.grade(deck.shown) ? [] : this.open;
    this.at = first ? this.parts.indexOf(first) : null;
  }

  /**
   * The whole was answered before what is required: that is asked first, and said.
   * @param {Part[]} open
   */
  insist(open) {
    const { view } = this.card;
    this.ask(this.parts.findIndex((part) => part.id === open[0].id));
    view.showNotice(view.say("still_open", { names: open.map((part) => part.name).join(" · ") }));
  }

  /** Whether the next press chooses a level or a side, and not pass or fail. */
  get isChoosing() {
    return this.choices.length > 0 && this.at === null;
  }

  /** How many digits choose something now. */
  get digits() {
    return this.isChoosing ? this.choices.length : 0;
  }

  /**
   * What a press says: {value, level}, or null where the question is another one.
   * @param {string} action
   */
  meaning(action) {
    if (action.startsWith("choice:")) return this.choices[Number(action.slice(7)) - 1] ?? null;
    if (action === "inapplicable" && this.at === null) return null;
    const fits = action === "skip" || !this.isChoosing || (action === "unsure" && !this.isComparing);
    return fits ? { value: VALUES[action], level: null } : null;
  }

  /**
   * What can be pressed in the place of a key that answers nothing now.
   * @param {string} action
   */
  whatToPress(action) {
    const { view } = this.card;
    if (action === "inapplicable") return view.say("only_of_criteria");
    return view.say("press_number", { choices: this.choices.map(({ name }, at) => `${at + 1} ${name}`).join(" · ") });
  }

  next() {
    this.ask(this.at === null ? 0 : this.at + 1);
  }

  /**
   * Ask for one part next (or, past the last one, for the output as a whole).
   * @param {number} index
   */
  ask(index) {
    const { view } = this.card;
    const { parts } = this;
    if (!this.card.deck.item) return; // nothing is on screen to be asked about
    if (parts.length === 0) return view.showNotice(view.say("no_criteria"));
    if (this.card.notes.part) this.card.notes.settleOpen();
    this.at = index < parts.length ? index : null;
    const part = this.current;
    view.clearNotice();
    view.tell(part ? view.say("named", { name: part.name, told: part.statement }) : view.say("output"));
    return this.card.show();
  }

  /**
   * The grade is for the part that is asked; a skip leaves it open, a fail asks what is wrong.
   * @param {Item} item
   * @param {Part} part
   * @param {string} action
   * @param {string | null} code
   */
  answerPart(item, part, action, code) {
    const { notes, view } = this.card;
    notes.settleOpen();
    if (action === "skip") return this.next();
    const written = notes.of(item, part);
    view.flash(action);
    this.card.gradePart(item, part, VALUES[action]);
    if (action === "fail") return notes.open("fail", written, code, part);
    return this.next();
  }
}

/**
 * Which criterion or field an event is about; both null for the output as a whole.
 * @param {Part | { id: string, version: number | null, field?: string } | null} part
 */
export function aboutPart(part) {
  if (part?.field || part?.id?.startsWith("/")) return { criterion_id: null, criterion_version: null, field: part.id };
  return { criterion_id: part?.id ?? null, criterion_version: part?.version ?? null, field: null };
}
