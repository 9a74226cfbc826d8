// One chip for each part that is asked: criteria, and the fields of a structured output.
import { el, visible } from "./text.js";

/**
 * The parts of an item: the criteria, then its fields, all as {id, version, name, severity, statement}.
 * @param {Part[]} criteria
 * @param {Item | null | undefined} item
 * @returns {Part[]}
 */
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
  /**
   * `choose(index)` is called when somebody clicks a criterion; the one that is asked again: past the last, the whole.
   * @param {Say} say
   * @param {(index: number) => void} choose
   */
  constructor(say, choose) {
    this.say = say;
    this.choose = choose;
    this.isAnyRequired = false;
    this.tellsNeed = false;
    this.element = el("ol", { class: "marks", "aria-label": say("criteria"), hidden: true });
  }

  /**
   * `gradeOf(id)` gives the grade in force or null; `focus` is the index being asked, or null.
   * @param {Part[]} parts
   * @param {(id: string) => Grade | null} gradeOf
   * @param {number | null} focus
   */
  show(parts, gradeOf, focus) {
    this.element.hidden = parts.length === 0;
    this.isAnyRequired = parts.some((part) => part.required);
    const needs = new Set(parts.filter((part) => part.severity !== "field").map((part) => this.needOf(part)));
    this.tellsNeed = needs.size > 1; // what holds for each of them tells nothing
    this.element.replaceChildren(...parts.map((part, at) => this.chip(part, gradeOf(part.id), at === focus, () => this.choose(at === focus ? parts.length : at))));
    const asked = this.element.querySelector("[aria-current]");
    if (asked) asked.scrollIntoView({ block: "nearest", inline: "nearest" });
    else this.element.scrollLeft = 0; // the next output begins with the first of them
  }

  /**
   * Whether it has to be answered, or what an output has to keep of it.
   * @param {Part} part
   */
  needOf(part) {
    // "must" beside "required" would read as if both had to be answered
    return part.required ? "required" : this.isAnyRequired ? "optional" : part.severity;
  }

  /**
   * @param {Part} part
   * @param {Grade | null} grade
   * @param {boolean} isAsked
   * @param {() => void} press
   */
  chip(part, grade, isAsked, press) {
    const value = grade?.value ?? "none";
    const words = this.say(value === "none" ? "not_graded" : value === "skipped" ? "inapplicable" : value);
    const isField = part.severity === "field";
    const severity = isField || !this.tellsNeed ? null : el("span", { class: "severity" }, this.say(this.needOf(part)));
    const content = isField ? el("span", { class: "content" }, ...visible(part.statement.slice(0, 40))) : null;
    const button = el(
      "button",
      {
        type: "button",
        class: `mark ${part.severity}${part.required ? " required" : ""}`,
        "data-value": value,
        "aria-current": isAsked ? "true" : null,
        title: part.statement,
        onclick: press,
      },
      severity,
      el("span", { class: "name" }, ...visible(part.name)),
      content,
      el("span", { class: "value" }, words),
    );
    return el("li", {}, button);
  }
}
