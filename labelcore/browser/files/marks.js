// One chip for each part that is asked: criteria, and the fields of a structured output.
import { el, visible } from "./text.js";

/** The parts of an item: the criteria, then its fields, all as {id, version, name, severity, statement}. */
export function partsOf(criteria, item) {
  const fields = (item?.fields ?? []).map(({ pointer, value }) => ({
    id: pointer,
    field: pointer,
    version: null,
    name: pointer.slice(1).replaceAll("~1", "/").replaceAll("~0", "~"),
    severity: "field",
    statement: value,
  }));
  return item ? [...criteria, ...fields] : [];
}

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
    const isField = own.severity === "field";
    const severity = isField ? null : el("span", { class: "severity" }, this.say(own.severity));
    const content = isField ? el("span", { class: "content" }, ...visible(own.statement.slice(0, 40))) : null;
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
      content,
      el("span", { class: "value" }, words),
    );
    return el("li", {}, button);
  }
}
