// What several people say of an output, side by side: grade, note and marks of each; the marks of all are painted
// in the text, in a colour for each person.
import { reveal } from "./find.js";
import { rangeOf } from "./marked.js";
import { el, visible } from "./text.js";

const COLOURS = 6;

export class Opinions {
  /**
   * `body()` gives the element with the texts.
   * @param {Say} say
   * @param {() => HTMLElement} body
   */
  constructor(say, body) {
    this.say = say;
    this.body = body;
    /** @type {[string, Range][]} */
    this.painted = [];
    /** @type {Opinion[]} */
    this.people = [];
    this.element = el("div", { class: "opinions", role: "group", "aria-label": say("opinions") });
  }

  /** @param {Opinion[]} people */
  show(people) {
    this.people = people;
    this.element.hidden = people.length === 0;
    this.element.replaceChildren(...people.map((person, at) => this.person(person, at)));
  }

  /**
   * @param {Opinion} opinion
   * @param {number} at
   */
  person({ person, whole, parts, earlier }, at) {
    const given = [...(whole ? [{ name: "", ...whole }] : []), ...parts];
    const before = earlier.map((grade) => this.grade({ ...grade, name: grade.name || this.say("asked_whole") }));
    return el(
      "section",
      { class: "opinion", "data-colour": (at % COLOURS) + 1, "aria-label": person },
      el("h3", {}, ...visible(person)),
      ...given.map((grade) => this.grade(grade)),
      before.length > 0 ? el("details", {}, el("summary", {}, this.say("before_looking_again")), ...before) : null,
    );
  }

  /** @param {OpinionGrade} grade */
  grade({ name, value, level, note, spans, corrected }) {
    const word = level || this.say(value === "skipped" ? "inapplicable" : value);
    const title = el(
      "p",
      { class: "given", "data-value": value },
      name ? el("span", { class: "name" }, ...visible(name)) : null,
      el("strong", {}, ...visible(word)),
    );
    const marks = spans.map((span) => {
      const press = () => this.find(span);
      return el("button", { type: "button", class: "words", title: this.say("show_in_text"), onclick: press }, ...visible(`“${span.text.slice(0, 160)}”`));
    });
    const words = note ? el("p", { class: "said", dir: "auto" }, ...visible(note)) : null;
    return el("div", { class: "grade" }, title, words, ...marks, corrected ? el("p", { class: "said" }, this.say("corrected")) : null);
  }

  /** @param {Pick<Span, "part" | "text">} span */
  find(span) {
    const range = rangeOf(this.body(), span);
    if (range) reveal(range.startContainer.parentElement, this.body());
  }

  /** Called once the texts stand on the page, and when they are drawn in another format. */
  paint() {
    if (typeof CSS === "undefined" || !CSS.highlights) return;
    this.clear();
    this.people.forEach(({ whole, parts }, at) => {
      const name = `labelcore-person-${(at % COLOURS) + 1}`;
      const highlight = CSS.highlights.get(name) ?? new Highlight();
      CSS.highlights.set(name, highlight);
      for (const span of [...(whole?.spans ?? []), ...parts.flatMap((part) => part.spans)]) {
        const range = rangeOf(this.body(), span);
        if (!range) continue;
        highlight.add(range);
        this.painted.push([name, range]);
      }
    });
  }

  /** Several outputs may stand on a page: each takes away its marks alone. */
  clear() {
    for (const [name, range] of this.painted) CSS.highlights.get(name)?.delete(range);
    this.painted = [];
  }
}
