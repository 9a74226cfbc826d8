// The buttons of the question that is open: pass and fail, the levels of a scale, or the two sides.
import { el, visible } from "./text.js";

export class Choices {
  /**
   * `act(action)` is called with "choice:N", N counting from 1.
   * @param {Say} say
   * @param {(action: string) => void} act
   */
  constructor(say, act) {
    this.say = say;
    this.act = act;
    this.element = el("div", { class: "choices", role: "group", hidden: true });
  }

  /**
   * Draw the buttons of `choices`: {name, value, level}.
   * @param {Choice[]} choices
   */
  build(choices) {
    const buttons = choices.map((choice, at) => {
      const cap = el("kbd", { "aria-hidden": "true" }, String(at + 1));
      const properties = {
        type: "button", class: `act ${choice.value}`, "aria-keyshortcuts": String(at + 1),
        onclick: () => this.act(`choice:${at + 1}`),
      };
      return el("button", properties, el("span", {}, ...visible(choice.name)), cap);
    });
    this.choices = choices;
    this.element.replaceChildren(...buttons);
  }

  /**
   * Press the button of the grade in force.
   * @param {boolean} isAsked
   * @param {Grade | null} grade
   */
  show(isAsked, grade) {
    this.element.hidden = !isAsked;
    this.choices?.forEach((choice, at) => {
      const isGiven = grade?.value === choice.value && (choice.level === null || grade.level === choice.level);
      this.element.children[at].setAttribute("aria-pressed", String(Boolean(isGiven)));
    });
  }

  /** @param {number} number */
  button(number) {
    return this.element.children[number - 1];
  }
}

/**
 * The choices that a setting asks for: the levels of a scale, two sides and a tie, or none.
 * @param {{ scale?: Setting["scale"], compare?: boolean }} given
 * @param {Say} say
 * @returns {Choice[]}
 */
export function choicesOf({ scale, compare }, say) {
  const sides = /** @type {Value[]} */ (["left", "tie", "right"]);
  if (compare) return sides.map((value) => ({ name: say(`choose_${value}`), value, level: null }));
  return (scale ?? []).map((level, at) => ({ ...level, level: at + 1 }));
}
