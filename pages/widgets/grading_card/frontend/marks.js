// One chip for each criterion that is asked of every output, with the person's grade on it.
import { el, visible } from "./text.js";

export class Marks {
  /** `choose(index)` is called when somebody clicks a criterion. */
  constructor(say, choose) {
    this.say = say;
    this.choose = choose;
    this.element = el("ol", { class: "marks", "aria-label": say("criteria"), hidden: true });
  }

  /** `gradeOf(id)` gives the grade in force or null; `focus` is the index being asked, or null. */
  show(criteria, gradeOf, focus) {
    this.element.hidden = criteria.length === 0;
    this.element.replaceChildren(...criteria.map((own, at) => this.chip(own, gradeOf(own.id), at, at === focus)));
    this.element.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  chip(own, grade, at, isAsked) {
    const value = grade?.value ?? "none";
    const words = this.say(value === "none" ? "not_graded" : value);
    const severity = el("span", { class: "severity" }, this.say(own.severity));
    const button = el(
      "button",
      {
        type: "button",
        class: `mark ${own.severity}`,
        "data-value": value,
        "aria-current": isAsked ? "true" : null,
        title: own.statement,
        onclick: () => this.choose(at),
      },
      severity,
      el("span", { class: "name" }, ...visible(own.name)),
      el("span", { class: "value" }, words),
    );
    return el("li", {}, button);
  }
}
