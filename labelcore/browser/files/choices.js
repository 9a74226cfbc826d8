// The buttons of the question that is open: pass and fail, the levels of a scale, or the two sides.
import { el, visible } from "./text.js";

export class Choices {
  /** `act(action)` is called with "choice:N", N counting from 1. */
  constructor(say, act) {
    this.say = say;
    this.act = act;
    this.element = el("div", { class: "choices", role: "group", hidden: true });
  }

  /** Draw the buttons of `choices`: {name, value, level}. */
  build(choices) {
    const buttons = choices.map((own, at) => {
      const cap = el("kbd", { "aria-hidden": "true" }, String(at + 1));
      const properties = {
        type: "button", class: `act ${own.value}`, "aria-keyshortcuts": String(at + 1),
        onclick: () => this.act(`choice:${at + 1}`),
      };
      return el("button", properties, el("span", {}, ...visible(own.name)), cap);
    });
    this.choices = choices;
    this.element.replaceChildren(...buttons);
  }

  /** Press the button of the grade in force. */
  show(isAsked, grade) {
    this.element.hidden = !isAsked;
    this.choices?.forEach((own, at) => {
      const isGiven = grade?.value === own.value && (own.level === null || grade.level === own.level);
      this.element.children[at].setAttribute("aria-pressed", String(Boolean(isGiven)));
    });
  }

  button(number) {
    return this.element.children[number - 1];
  }
}

/** The choices that a setting asks for: the levels of a scale, two sides and a tie, or none. */
export function choicesOf({ scale, compare }, say) {
  if (compare) return ["left", "tie", "right"].map((value) => ({ name: say(`choose_${value}`), value, level: null }));
  return (scale ?? []).map((own, at) => ({ ...own, level: at + 1 }));
}
