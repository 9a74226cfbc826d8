// The card on screen: built once, then told what to show.
import { Choices } from "./choices.js";
import { Find } from "./find.js";
import { Guide } from "./guide.js";
import { helpDialog } from "./help.js";
import { Marked } from "./marked.js";
import { Marks } from "./marks.js";
import { NoteBox } from "./note_box.js";
import { Opinions } from "./opinions.js";
import { Sheets } from "./sheet.js";
import { Meaning } from "./terms.js";
import { el, visible } from "./text.js";

const GRADES = [
  ["pass", "P"],
  ["fail", "F"],
  ["unsure", "U"],
  ["inapplicable", "D"],
];
/** What there must be an output for. */
const ANSWERS = ["pass", "fail", "unsure", "skip", "note"];
const OTHERS = [
  ["skip", "S"],
  ["note", "N"],
  ["undo", "Z"],
  ["guideline", "I"],
  ["help", "?"],
];

export class View {
  /**
   * `act(action)` is called by buttons, `ask(index)` by criteria; `keysOf` and `change` are the
   * help's; `on` is handed to the note box; `dismiss()` by notices, `told()` by the guidelines once they are closed.
   * @param {Say} say
   * @param {{ language: string, act: (action: string) => void, ask: (index: number) => void, keysOf: () => Keys, change: (action: string | null, key?: string) => void, on: NoteActs, dismiss: () => void, told: () => void }} given
   */
  constructor(say, { language, act, ask, keysOf, change, on, dismiss, told }) {
    this.say = say;
    this.sheets = new Sheets(say);
    this.note = new NoteBox(say, on);
    this.help = helpDialog(say, { keysOf, change });
    this.guide = new Guide(say, { language, closed: told });
    this.marks = new Marks(say, ask);
    this.act = act;
    this.dismiss = dismiss;
    /** @type {Map<string, HTMLButtonElement>} */
    this.buttons = new Map();
    this.isChoosing = false;
    this.lasting = false;
    this.place = el("span", { class: "place" });
    this.counted = el("span", { class: "counted" });
    this.reason = el("span", { class: "reason" });
    this.last = el("span", { class: "last" });
    this.status = el("span", { class: "status", role: "status" });
    this.fill = el("div", { class: "fill" });
    this.progress = el("div", { class: "progress", role: "progressbar", "aria-valuemin": 0 }, this.fill);
    this.pace = el("p", { class: "pace", hidden: true });
    this.notice = el("div", { class: "notice", role: "alert", hidden: true });
    this.mine = el("p", { class: "mine", hidden: true });
    this.suggestion = el("p", { class: "suggestion", hidden: true });
    this.announcer = el("div", { class: "announcer", "aria-live": "polite" });
    this.choices = new Choices(say, act);
    this.find = new Find(say, () => this.body);
    this.body = el("div", { class: "body", onclick: () => this.marked.repaint() });
    this.marked = new Marked(say, () => this.body, () => act("mark"));
    this.opinions = new Opinions(say, () => this.body);
    this.asked = el("p", { class: "asked-now", hidden: true });
    this.dock = el("div", { class: "dock" }, this.marked.button, this.mine, this.suggestion, this.note.element, this.marks.element, this.asked, this.bar());
    this.root = el(
      "section",
      { class: "card", lang: language, "aria-label": say("card"), "data-state": "loading" },
      this.top(),
      this.find.element,
      this.notice,
      this.opinions.element,
      this.body,
      this.dock,
      this.announcer,
      this.help,
      this.guide.dialog,
    );
    this.meaning = new Meaning(this.root);
    this.showKeys(keysOf());
  }

  /**
   * Write the keys that the person has chosen on the buttons.
   * @param {Keys} keys
   */
  showKeys(keys) {
    for (const [action, button] of this.buttons) {
      const cap = button.querySelector("kbd");
      if (!keys[action] || !cap) continue;
      cap.textContent = keys[action].toUpperCase();
      button.setAttribute("aria-keyshortcuts", keys[action].toUpperCase());
    }
  }

  /**
   * What the judges say of the output on screen, in a separate line.
   * @param {Suggestion | null} suggestion
   */
  showSuggestion(suggestion) {
    this.suggestion.hidden = suggestion === null;
    if (suggestion === null) return;
    this.suggestion.dataset.value = suggestion.value;
    this.suggestion.replaceChildren(...visible(this.say("judges_say", { value: this.say(suggestion.value), reason: suggestion.reason.slice(0, 300) })));
  }

  /**
   * Which buttons the open question has: pass and fail, or choices (of two sides: no unsure); and what they answer,
   * where there is more than the whole.
   * @param {{ isChoosing: boolean, isComparing: boolean, parts: Part[], current: Part | null }} given
   */
  showQuestion({ isChoosing, isComparing, parts, current: part }) {
    this.isChoosing = isChoosing;
    this.asked.hidden = parts.length === 0;
    const name = part?.name ?? this.say("asked_whole");
    this.asked.replaceChildren(el("strong", {}, ...visible(name)), ...visible(part ? ` ${part.statement}` : ""));
    for (const action of ["pass", "fail", "unsure", "inapplicable"]) {
      const words = parts.length === 0 ? this.say(action) : this.say("named", { name: this.say(action), told: name });
      this.buttons.get(action)?.setAttribute("aria-label", words);
    }
    const skip = this.buttons.get("skip")?.querySelector("span");
    if (skip) skip.textContent = this.say(part ? "leave_open" : "skip");
    for (const [action, button] of this.buttons) {
      if (["pass", "fail"].includes(action)) button.hidden = isChoosing;
      if (action === "unsure") button.hidden = isComparing;
      if (action === "inapplicable") button.hidden = part === null;
    }
  }

  /**
   * The word for a grade: the level's name, where it has one.
   * @param {Answer} given
   */
  wordFor({ value, level = null }) {
    return this.choices.choices?.find((choice) => choice.value === value && choice.level === level)?.name ?? this.say(value);
  }

  /**
   * @param {Part[]} criteria
   * @param {(id: string) => Grade | null} gradeOf
   * @param {number | null} asked
   */
  showMarks(criteria, gradeOf, asked) {
    this.marks.show(criteria, gradeOf, asked);
  }

  /** @param {Guideline | null} guideline */
  showGuideline(guideline) {
    this.guide.receive(guideline);
    const button = this.buttons.get("guideline");
    if (button) button.hidden = this.guide.isEmpty;
  }

  top() {
    const arrows = el("span", { class: "arrows" }, this.arrow("previous", "‹"), this.arrow("next", "›"));
    const line = el("div", { class: "line" }, arrows, this.place, this.counted, this.reason, this.last, this.status);
    return el("header", { class: "top" }, line, this.progress, this.pace);
  }

  /**
   * @param {string} action
   * @param {string} sign
   */
  arrow(action, sign) {
    const words = this.say(action);
    return el("button", { type: "button", "aria-label": words, title: words, onclick: () => this.act(action) }, sign);
  }

  bar() {
    const buttons = (/** @type {string[][]} */ pairs) => pairs.map(([action, key]) => this.button(action, key));
    const grades = el("div", { class: "grades" }, this.choices.element, ...buttons(GRADES));
    return el("div", { class: "bar" }, this.note.buttons, grades, el("div", { class: "others" }, ...buttons(OTHERS)));
  }

  /**
   * @param {string} action
   * @param {string} key
   */
  button(action, key) {
    const cap = el("kbd", { "aria-hidden": "true" }, key);
    const properties = { type: "button", class: `act ${action}`, "aria-keyshortcuts": key, onclick: () => this.act(action) };
    const button = el("button", properties, el("span", {}, this.say(action)), cap);
    this.buttons.set(action, button);
    return button;
  }

  /**
   * Show one output, or the state in which there is none.
   * @param {Item | null} item
   * @param {Mode} mode
   * @param {{ place: number, total: number, done: number, waiting?: Waiting | null }} given
   */
  show(item, mode, { place, total, done, waiting = null }) {
    const root = this.root;
    root.dataset.state = mode;
    if (item) root.dataset.outputId = item.output_id;
    else delete root.dataset.outputId;
    const at = item ? Math.ceil(item.position) : Math.min(place, total);
    this.place.textContent = this.say("place", { place: at, total });
    this.counted.textContent = done === at || done === at - 1 ? "" : this.say("counted", { done }); // else the place says it
    this.reason.replaceChildren(...this.whyNodes(item));
    const share = total > 0 ? done / total : 0;
    this.fill.style.inlineSize = `${100 * share}%`;
    this.progress.setAttribute("aria-valuemax", String(total));
    this.progress.setAttribute("aria-valuenow", String(done));
    this.progress.setAttribute("aria-label", this.say("progress", { done, total }));
    this.progress.title = this.say("progress", { done, total });
    const body = item ? this.sheets.of(item) : this.without(mode, total, waiting);
    if (this.body.firstChild !== body) this.turnTo(body);
    for (const action of ANSWERS) this.buttons.get(action)?.toggleAttribute("disabled", !item && mode !== "loading");
    this.opinions.show(item?.opinions ?? []);
    this.opinions.paint();
  }

  /**
   * The day by which all shall be done, and how much everybody has done.
   * @param {string} words
   */
  showPace(words) {
    this.pace.hidden = words === "";
    if (this.pace.textContent !== words) this.pace.replaceChildren(...visible(words));
  }

  /** @param {Item | null} item */
  whyNodes(item) {
    return item?.reason_for_pick ? visible(this.say("why_this_one", { reason: this.say(item.reason_for_pick) })) : [];
  }

  /** @param {HTMLElement} body */
  turnTo(body) {
    this.meaning.hide();
    this.body.replaceChildren(body);
    if (this.root.getBoundingClientRect().top < 0) this.root.scrollIntoView({ block: "start" });
  }

  /**
   * @param {Mode} mode
   * @param {number} total
   * @param {Waiting | null} waiting
   */
  without(mode, total, waiting) {
    const before = this.body.firstChild;
    const what = mode === "loading" || !waiting ? mode : `${mode} ${waiting.says} ${waiting.next_step}`;
    if (before instanceof HTMLElement && before.dataset.mode === what) return before;
    const lines = [el("span", {}), el("span", {}), el("span", {})];
    /** @type {Record<string, () => HTMLElement[]>} */
    const words = {
      loading: () => [el("p", { role: "status" }, this.say("loading")), el("div", { class: "skeleton", "aria-hidden": "true" }, ...lines)],
      finished: () => [el("p", { class: "big" }, "✓ ", this.say("finished", { total })), el("p", {}, this.say("finished_hint"))],
      empty: () => [el("p", { class: "big" }, this.say("empty")), el("p", {}, this.say("empty_hint"))],
    };
    const told = () => [
      el("p", { class: "big" }, waiting?.kind === "done" ? "✓ " : "", ...visible(waiting?.says ?? "")),
      el("p", {}, ...visible(waiting?.next_step ?? "")),
    ];
    return el("div", { class: "without", "data-mode": what }, ...(what === mode ? words[mode]() : told()));
  }

  /**
   * Mark the grade in force for the output on screen, and the note that goes with it.
   * @param {Grade | null} grade
   * @param {string} attached
   * @param {Extras | null} extras
   */
  showGrade(grade, attached, extras) {
    this.choices.show(this.isChoosing, grade);
    const parts = [];
    if (grade) parts.push(this.say("your_grade", { value: this.wordFor(grade) }));
    if (grade?.note) parts.push(this.say("your_note", { note: grade.note }));
    else if (attached) parts.push(this.say("note_attached", { note: attached }));
    for (const span of extras?.spans ?? []) parts.push(this.say("marked", { text: span.text.slice(0, 80) }));
    if (extras?.corrected_text) parts.push(this.say("corrected"));
    this.marked.paint(extras?.spans ?? []);
    this.mine.hidden = parts.length === 0;
    this.mine.replaceChildren(...visible(parts.join(" · ")));
  }

  /**
   * Press the button of the answer in force to the question that is open.
   * @param {Grade | null} answer
   * @param {boolean} isOfPart
   */
  showPressed(answer, isOfPart) {
    for (const [action, button] of this.buttons) {
      if (["undo", "help", "note", "guideline"].includes(action)) continue;
      const isSkip = action === (isOfPart ? "inapplicable" : "skip");
      button.setAttribute("aria-pressed", String(isSkip ? answer?.value === "skipped" : answer?.value === action));
    }
  }

  /**
   * What the last press did, shown beside the place and told to screen readers.
   * @param {number} place
   * @param {Answer} grade
   */
  showLast(place, grade) {
    const words = this.wordFor(grade);
    // what is skipped leaves its place, and the next output takes it
    this.last.textContent = grade.value === "skipped" ? words : this.say("named", { name: place, told: words });
    this.last.dataset.value = grade.value;
    this.tell(this.last.textContent);
  }

  clearLast() {
    this.last.textContent = "";
    delete this.last.dataset.value;
  }

  /** @param {string} words */
  tell(words) {
    this.announcer.textContent = words;
  }

  /**
   * @param {State} state
   * @param {number} n
   */
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

  /**
   * A sentence above the output; a lasting one stays until somebody dismisses it.
   * @param {string} words
   * @param {boolean} [lasting]
   */
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

  /**
   * A ring around the button for a moment. No animation: its frames delay the next output.
   * @param {string} action
   */
  flash(action) {
    const choice = action.startsWith("choice:") ? this.choices.button(Number(action.slice(7))) : null;
    const button = choice ?? this.buttons.get(action === "fail_only" ? "fail" : action);
    button?.classList.add("hit");
    setTimeout(() => button?.classList.remove("hit"), 100);
  }

  expandAll() {
    const folds = [.../** @type {NodeListOf<HTMLElement>} */ (this.body.querySelectorAll("button.fold"))];
    const closed = folds.filter((fold) => fold.getAttribute("aria-expanded") === "false");
    for (const fold of closed.length > 0 ? closed : folds) fold.click();
  }
}
