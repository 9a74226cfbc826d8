// What the next press answers: the output as a whole (pass or fail, a level, a side), or one part of
// it (a criterion, a field of a structured output).
import { choicesOf } from "./choices.js";
import { partsOf } from "./marks.js";

/** @type {Record<string, Value>} */
const VALUES = { pass: "pass", fail: "fail", fail_only: "fail", unsure: "unsure", skip: "skipped" };

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

  /** Another output is on screen, or has other parts: ask for the whole. */
  startOver() {
    this.at = null;
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
    const fits = action === "skip" || !this.isChoosing || (action === "unsure" && !this.isComparing);
    return fits ? { value: VALUES[action], level: null } : null;
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
    if (parts.length === 0) return view.showNotice(view.say("no_criteria"));
    this.at = index < parts.length ? index : null;
    const part = this.at === null ? null : parts[this.at];
    view.tell(part ? `${part.name}: ${part.statement}` : view.say("output"));
    return this.card.show();
  }

  /**
   * The grade is for the part that is asked; a skip leaves it open.
   * @param {Item} item
   * @param {Value} value
   */
  answerPart(item, value) {
    const at = this.at ?? 0;
    const part = this.parts[at];
    if (value !== "skipped") this.card.gradePart(item, part, value);
    this.ask(at + 1);
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
