// The card on screen: built once, then told what to show.
import { Choices } from "./choices.js";
import { Find } from "./find.js";
import { helpDialog } from "./help.js";
import { Marks } from "./marks.js";
import { NoteBox } from "./note_box.js";
import { Sheets } from "./sheet.js";
import { Meaning } from "./terms.js";
import { el, visible } from "./text.js";

const GRADES = [
  ["pass", "P"],
  ["fail", "F"],
  ["unsure", "U"],
];
const OTHERS = [
  ["skip", "S"],
  ["note", "N"],
  ["undo", "Z"],
  ["help", "?"],
];

export class View {
  /** `act(action)` is called by buttons, `ask(index)` by criteria; `keysOf` and `change` are the
   * help's; `on` is handed to the note box; `dismiss()` by notices. */
  constructor(say, { language, act, ask, keysOf, change, on, dismiss }) {
    this.say = say;
    this.sheets = new Sheets(say);
    this.note = new NoteBox(say, on);
    this.help = helpDialog(say, { keysOf, change });
    this.marks = new Marks(say, ask);
    this.act = act;
    this.dismiss = dismiss;
    this.buttons = new Map();
    this.choices = new Choices(say, act);
    this.find = new Find(say, () => this.body);
    this.body = el("div", { class: "body" });
    this.root = el(
      "section",
      { class: "card", lang: language, "aria-label": say("card"), "data-state": "loading" },
      this.top(),
      this.find.element,
      (this.notice = el("div", { class: "notice", role: "alert", hidden: true })),
      this.body,
      el("div", { class: "dock" }, (this.mine = el("p", { class: "mine", hidden: true })), (this.said = el("p", { class: "said", hidden: true })), this.note.element, this.marks.element, this.bar()),
      (this.announcer = el("div", { class: "announcer", "aria-live": "polite" })),
      this.help,
    );
    this.meaning = new Meaning(this.root);
    this.showKeys(keysOf());
  }

  /** Write the keys that the person has chosen on the buttons. */
  showKeys(keys) {
    for (const [action, button] of this.buttons) {
      if (!keys[action]) continue;
      button.querySelector("kbd").textContent = keys[action].toUpperCase();
      button.setAttribute("aria-keyshortcuts", keys[action].toUpperCase());
    }
  }

  /** What the judges say of the output on screen, in a line of its own. */
  showSuggestion(said) {
    this.said.hidden = said === null;
    if (said === null) return;
    this.said.dataset.value = said.value;
    this.said.replaceChildren(...visible(this.say("judges_say", { value: this.say(said.value), reason: said.reason.slice(0, 300) })));
  }

  /** Which buttons the open question has: pass and fail, or choices (of two sides: no unsure). */
  showQuestion({ isChoosing, isComparing }) {
    this.isChoosing = isChoosing;
    for (const action of ["pass", "fail"]) this.buttons.get(action).hidden = isChoosing;
    this.buttons.get("unsure").hidden = isComparing;
  }

  /** The word for a grade: the level's name, where it has one. */
  wordFor({ value, level = null }) {
    return this.choices.choices?.find((own) => own.value === value && own.level === level)?.name ?? this.say(value);
  }

  showMarks(criteria, gradeOf, asked) {
    this.marks.show(criteria, gradeOf, asked);
  }

  top() {
    this.place = el("span", { class: "place" });
    this.reason = el("span", { class: "reason" });
    this.last = el("span", { class: "last" });
    this.status = el("span", { class: "status", role: "status" });
    this.fill = el("div", { class: "fill" });
    this.progress = el("div", { class: "progress", role: "progressbar", "aria-valuemin": 0 }, this.fill);
    const arrows = el("span", { class: "arrows" }, this.arrow("previous", "‹"), this.arrow("next", "›"));
    const line = el("div", { class: "line" }, arrows, this.place, this.reason, this.last, this.status);
    this.pace = el("p", { class: "pace", hidden: true });
    return el("header", { class: "top" }, line, this.progress, this.pace);
  }

  arrow(action, sign) {
    const words = this.say(action);
    return el("button", { type: "button", "aria-label": words, title: words, onclick: () => this.act(action) }, sign);
  }

  bar() {
    const group = (name, pairs) =>
      el("div", { class: name }, ...pairs.map(([action, key]) => this.button(action, key)));
    const grades = group("grades", GRADES);
    grades.prepend(this.choices.element);
    return el("div", { class: "bar" }, grades, group("others", OTHERS));
  }

  button(action, key) {
    const cap = el("kbd", { "aria-hidden": "true" }, key);
    const properties = { type: "button", class: `act ${action}`, "aria-keyshortcuts": key, onclick: () => this.act(action) };
    const button = el("button", properties, el("span", {}, this.say(action)), cap);
    this.buttons.set(action, button);
    return button;
  }

  /** Show one output, or the state in which there is none. */
  show(item, mode, { place, total, done }) {
    const root = this.root;
    root.dataset.state = mode;
    if (item) root.dataset.outputId = item.output_id;
    else delete root.dataset.outputId;
    this.place.textContent = this.say("place", { place: item ? Math.ceil(item.position) : Math.min(place, total), total });
    this.reason.replaceChildren(...this.whyNodes(item));
    const share = total > 0 ? done / total : 0;
    this.fill.style.inlineSize = `${100 * share}%`;
    this.progress.setAttribute("aria-valuemax", total);
    this.progress.setAttribute("aria-valuenow", done);
    this.progress.setAttribute("aria-label", this.say("progress", { done, total }));
    this.progress.title = this.say("progress", { done, total });
    const body = item ? this.sheets.of(item) : this.without(mode, total);
    if (this.body.firstChild !== body) this.turnTo(body);
  }

  /** The day by which all shall be done, and how much everybody has done. */
  showPace(words) {
    this.pace.hidden = words === "";
    if (this.pace.textContent !== words) this.pace.replaceChildren(...visible(words));
  }

  whyNodes(item) {
    return item?.reason_for_pick ? visible(this.say("why_this_one", { reason: item.reason_for_pick })) : [];
  }

  turnTo(body) {
    this.meaning.hide();
    this.body.replaceChildren(body);
    if (this.root.getBoundingClientRect().top < 0) this.root.scrollIntoView({ block: "start" });
  }

  without(mode, total) {
    if (this.body.firstChild?.dataset?.mode === mode) return this.body.firstChild;
    const lines = [el("span", {}), el("span", {}), el("span", {})];
    const words = {
      loading: () => [el("p", { role: "status" }, this.say("loading")), el("div", { class: "skeleton", "aria-hidden": "true" }, ...lines)],
      finished: () => [el("p", { class: "big" }, "✓ ", this.say("finished", { total })), el("p", {}, this.say("finished_hint"))],
      empty: () => [el("p", { class: "big" }, this.say("empty")), el("p", {}, this.say("empty_hint"))],
    };
    return el("div", { class: "without", "data-mode": mode }, ...words[mode]());
  }

  /** Mark the grade in force for the output on screen, and the note that goes with it. */
  showGrade(grade, attached, extras) {
    for (const [action, button] of this.buttons) {
      const value = action === "skip" ? "skipped" : action;
      if (["undo", "help", "note"].includes(action)) continue;
      button.setAttribute("aria-pressed", String(grade?.value === value));
    }
    this.choices.show(this.isChoosing, grade);
    const parts = [];
    if (grade) parts.push(this.say("your_grade", { value: this.wordFor(grade) }));
    if (grade?.note) parts.push(this.say("your_note", { note: grade.note }));
    else if (attached) parts.push(this.say("note_attached", { note: attached }));
    for (const span of extras?.spans ?? []) parts.push(this.say("marked", { text: span.text.slice(0, 80) }));
    if (extras?.corrected_text) parts.push(this.say("corrected"));
    this.mine.hidden = parts.length === 0;
    this.mine.replaceChildren(...visible(parts.join(" · ")));
  }

  /** What the last press did, shown beside the place and told to screen readers. */
  showLast(place, said) {
    this.last.textContent = this.say("last", { place, value: this.wordFor(said) });
    this.last.dataset.value = said.value;
    this.tell(this.last.textContent);
  }

  clearLast() {
    this.last.textContent = "";
    delete this.last.dataset.value;
  }

  tell(words) {
    this.announcer.textContent = words;
  }

  showStatus(state, n) {
    const words = { ready: "ready", saved: "saved", saving: "saving", failing: "not_saved" };
    if (this.status.dataset.state === state && state !== "failing") return;
    this.status.dataset.state = state;
    this.status.textContent = this.say(words[state], { n });
  }

  /** Hide a sentence that has had its time; a lasting one waits for its button. */
  clearNotice() {
    if (!this.lasting) this.notice.hidden = true;
  }

  /** A sentence above the output; a lasting one stays until somebody dismisses it. */
  showNotice(words, lasting = false) {
    this.notice.hidden = false;
    this.lasting = lasting;
    const dismiss = () => {
      this.notice.hidden = true;
      this.lasting = false;
      this.dismiss();
    };
    const button = lasting ? el("button", { type: "button", onclick: dismiss }, this.say("dismiss")) : null;
    this.notice.replaceChildren(el("span", {}, ...visible(words)), ...(button ? [button] : []));
  }

  /** A ring around the button for a moment. No animation: its frames delay the next output. */
  flash(action) {
    const choice = action.startsWith("choice:") ? this.choices.button(Number(action.slice(7))) : null;
    const button = choice ?? this.buttons.get(action === "fail_only" ? "fail" : action);
    button.classList.add("hit");
    setTimeout(() => button.classList.remove("hit"), 100);
  }

  expandAll() {
    const folds = [...this.body.querySelectorAll("button.fold")];
    const closed = folds.filter((fold) => fold.getAttribute("aria-expanded") === "false");
    for (const fold of closed.length > 0 ? closed : folds) fold.click();
  }
}
