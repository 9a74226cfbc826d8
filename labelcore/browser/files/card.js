// The grading card. Streamlit calls the default export once per run with what Python sent; the first
// call in a place builds the card, later ones tell it the news.
import { Asking, isAnswer } from "./asking.js";
import { Clock } from "./clock.js";
import { Deck } from "./deck.js";
import { Ground } from "./ground.js";
import { actionOf, HeldKeys, USUAL } from "./keys.js";
import { Notes } from "./notes.js";
import { Line } from "./line.js";
import { closeConnectionDialogs } from "./outage.js";
import { pressOn, takingBack } from "./press.js";
import { Keep, Queue } from "./queue.js";
import { speaker } from "./text.js";
import { View } from "./view.js";

const POKE_AFTER = 2000;
const LOOK_AFTER = 30_000; // what others hold may be free by then
const PREPARED = 3;
/** @type {WeakMap<HTMLElement, Card>} */
const cards = new WeakMap();

/** @param {{ data: News, parentElement: HTMLElement, setTriggerValue: Trigger }} given */
export default function mount({ data, parentElement, setTriggerValue }) {
  let card = cards.get(parentElement);
  if (card && card.owner !== ownerOf(data)) {
    card.destroy();
    card = undefined;
  }
  if (!card && !data.messages) {
    setTriggerValue("graded", { events: [], have: [] }); // meant for an earlier card: ask for all
    return undefined;
  }
  card ??= new Card(data, parentElement);
  cards.set(parentElement, card);
  card.receive(data, setTriggerValue);
  const mounted = card;
  return () => setTimeout(() => mounted.destroyIfGone());
}

/** @param {News} data */
const ownerOf = (data) => JSON.stringify([data.project, data.annotator]);

export class Card {
  /**
   * @param {News} data
   * @param {HTMLElement} parent
   */
  constructor(data, parent) {
    this.parent = parent;
    this.owner = ownerOf(data);
    this.keep = new Keep(data.project, data.annotator);
    this.queue = new Queue(this.keep, { send: (events) => this.line.send(this.payload(events)), changed: () => this.showStatus() });
    this.line = new Line({ answered: (data) => this.answered(data), free: () => this.queue.flush() });
    this.deck = new Deck((id) => this.queue.concerns(id), this.keep.get("history") ?? []);
    for (const event of this.queue.waiting.values()) this.remember(event);
    this.held = new HeldKeys();
    this.keys = { ...USUAL, ...this.keep.get("keys") };
    this.asking = new Asking(this);
    this.clock = new Clock();
    this.notes = new Notes(this);
    this.quit = new AbortController();
    this.language = data.language;
    this.isFresh = true;
    this.view = this.draw(data);
    this.ground = new Ground(this.view.root);
    /** @type {string | undefined} */
    this.session = undefined;
    this.page = data.page;
    /** @type {Waiting | null} */
    this.waiting = data.waiting ?? null;
    this.poking = 0;
    this.suggestFirst = false;
    this.askedVersion = data.asked_version ?? null;
    /** @type {Guideline | null} */
    this.guideline = null;
    this.guidelineSeen = 0;
    /** @type {string[]} */
    this.phrases = [];
    this.listen();
  }

  /**
   * Presses of an earlier visit that are not stored yet count.
   * @param {Press} event
   */
  remember(event) {
    const { value, level, note, client_id } = event;
    const grade = value === "undone" ? null : { value, level, note, client_id, spans: event.spans, corrected_text: event.corrected_text };
    const part = event.criterion_id ?? event.field;
    if (part) return this.deck.setMark(event.output_id, part, grade);
    this.deck.grades.set(event.output_id, grade);
  }

  /** @param {News} data */
  draw(data) {
    const view = new View(speaker(data.messages ?? {}), {
      language: data.language,
      act: (action) => this.act(action),
      ask: (index) => this.asking.ask(index),
      keysOf: () => this.keys,
      change: (action, key = "") => this.changeKey(action, key),
      dismiss: () => this.dismissRefused(),
      told: () => this.keep.put("guideline", this.view.guide.version),
      on: {
        save: (text) => this.notes.save(text),
        leave: () => this.notes.leave(),
        draft: (text) => this.keep.put("draft", { output_id: this.deck.shown, kind: this.view.note.kind, text, part: this.notes.part?.id }),
      },
    });
    this.parent.append(view.root);
    return view;
  }

  /**
   * Another language is spoken from now on.
   * @param {News} data
   */
  redraw(data) {
    this.language = data.language;
    this.isFresh = true;
    this.clock.onScreen = null;
    this.view.root.remove();
    this.view = this.draw(data);
    this.ground = new Ground(this.view.root);
  }

  listen() {
    const signal = this.quit.signal;
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    document.addEventListener("selectionchange", () => this.view.marked.look(), { signal });
    document.addEventListener("keyup", (event) => this.held.release(event), { signal });
    window.addEventListener("blur", () => this.held.releaseAll(), { signal });
    window.addEventListener("online", () => this.queue.flush(), { signal });
    window.addEventListener("offline", () => this.showStatus(), { signal });
    window.addEventListener("resize", () => this.ground.measure(), { signal });
    window.visualViewport?.addEventListener("resize", () => this.notes.keepInView(), { signal });
    document.addEventListener("visibilitychange", () => this.clock.tick(), { signal });
    closeConnectionDialogs(() => this.view.note.regainFocus(), signal);
    window.addEventListener("beforeunload", (event) => this.queue.size > 0 && event.preventDefault(), { signal });
  }

  /** Streamlit also cleans up after a call that newer data overtook, while the card lives on. */
  destroyIfGone() {
    const host = this.parent instanceof ShadowRoot ? this.parent.host : this.parent;
    if (!host.isConnected) this.destroy();
  }

  destroy() {
    this.quit.abort();
    this.queue.close();
    this.line.stop();
    clearTimeout(this.poking);
    this.view.root.remove();
    cards.delete(this.parent);
  }

  /**
   * Take in what a run of the page sent.
   * @param {News} data
   * @param {Trigger} setTriggerValue
   */
  receive(data, setTriggerValue) {
    this.line.offer(data.route ?? null, setTriggerValue);
    this.page = data.page;
    const isNewSession = data.session !== this.session;
    this.session = data.session;
    this.take(data, isNewSession);
  }

  /**
   * Take in the answer to presses that were sent without one; the page is run where it must change.
   * @param {News} data
   */
  answered(data) {
    if (this.quit.signal.aborted) return this.queue.acknowledge(data.acknowledged);
    this.take(data, false);
    if (data.page !== this.page) this.line.run(this.payload([]));
    this.page = data.page;
    return undefined;
  }

  /**
   * @param {News} data
   * @param {boolean} isNewSession
   */
  take(data, isNewSession) {
    if (data.language !== this.language && data.messages) this.redraw(data);
    this.queue.acknowledge(data.acknowledged);
    for (const [id, reason] of Object.entries(data.refused)) this.refused(id, reason);
    this.suggestFirst = data.suggest_first;
    this.askedVersion = data.asked_version ?? null;
    this.phrases = data.phrases ?? this.phrases ?? [];
    if (!this.view.note.isOpen) this.view.note.offer(this.phrases);
    this.view.showPace(data.pace ?? "");
    this.waiting = data.waiting ?? null;
    this.guideline = data.guideline ?? this.guideline;
    this.guidelineSeen = Math.max(this.guidelineSeen, data.guideline_seen ?? 0);
    this.view.showGuideline(this.guideline);
    this.asking.receive(data);
    this.deck.receive(data);
    if ((this.asking.at ?? 0) >= this.asking.parts.length) this.asking.startOver();
    this.show();
    this.ground.measure();
    if (data.told) this.view.showNotice(data.told); // it stays until the next press
    if (isNewSession) this.welcome();
    if (this.isFresh) this.resumeNote();
    this.isFresh = false;
    if (!this.view.note.isOpen) this.tellFirst();
    if (isNewSession) this.queue.flush();
  }

  /** @param {Press[]} events */
  payload(events) {
    const guideline = this.guideline ? [this.guideline.key] : [];
    return { events, have: [this.language, ...guideline, ...this.deck.held()] };
  }

  /** After a reload or a lost session: say what is on its way, and what was refused. */
  welcome() {
    if (this.queue.size > 0) this.view.tell(this.view.say("restored", { n: this.queue.outputs }));
    const [refused] = this.keep.all("refused/");
    if (refused) this.view.showNotice(this.view.say("refused", { reason: refused.reason }), true);
  }

  /** Open the note that was being written when the page was left. */
  resumeNote() {
    const draft = this.keep.get("draft");
    if (draft?.text && this.deck.items.has(draft.output_id)) {
      this.deck.shown = draft.output_id;
      this.show();
      const part = draft.part && this.asking.part(draft.output_id, draft.part);
      if (part) this.asking.ask(this.asking.parts.findIndex(({ id }) => id === part.id));
      this.notes.open(draft.part && !part ? "note" : draft.kind, draft.text, null, part || null); // of a part that is asked no more: for the whole
    }
  }

  /**
   * @param {string} id
   * @param {string} reason
   */
  refused(id, reason) {
    const event = this.queue.refuse(id);
    if (!event) return;
    this.keep.put(`refused/${id}`, { ...event, reason });
    if (!this.queue.concerns(event.output_id)) this.deck.forget(event.output_id);
    this.view.showNotice(this.view.say("refused", { reason }), true);
  }

  dismissRefused() {
    for (const event of this.keep.all("refused/")) this.keep.drop(`refused/${event.client_id}`);
  }

  // Keys and actions

  /** @param {KeyboardEvent} event */
  key(event) {
    if (this.view.help.open || this.view.guide.isOpen || !this.view.root.checkVisibility()) return;
    if (this.view.note.isOpen) return this.view.note.catchKey(event);
    const action = actionOf(event, this.keys, this.asking.digits);
    if (!action) return;
    event.preventDefault();
    if (this.held.isRepeat(event)) return;
    this.act(action, event.code);
  }

  /**
   * @param {string} action
   * @param {string | null} [code]
   */
  act(action, code = null) {
    if (isAnswer(action)) return this.press(action, code);
    /** @type {Record<string, () => void>} */
    const others = {
      undo: () => this.undo(),
      redo: () => this.redo(),
      criterion: () => this.asking.next(),
      mark: () => this.deck.item && (this.notes.markSelected(this.deck.item) || this.view.showNotice(this.view.say("nothing_selected"))),
      edit: () => this.deck.item && !this.asking.isComparing && this.notes.open("edit", this.notes.correctedText(this.deck.item), code),
      find: () => this.deck.item && this.view.find.open(),
      unseen: () => this.unseen(),
      agree: () => this.agree(),
      note: () => this.deck.item && this.notes.open("note", this.notes.inForce(), code),
      previous: () => this.look(-1),
      next: () => this.look(1),
      expand: () => this.view.expandAll(),
      help: () => this.view.help.showModal(),
      guideline: () => this.view.guide.isEmpty ? this.view.showNotice(this.view.say("no_guideline")) : this.view.guide.open(false),
    };
    others[action]();
  }

  /**
   * @param {string} action
   * @param {string | null} code
   */
  press(action, code) {
    const item = this.deck.item;
    if (this.tellFirst()) return undefined;
    if (!item) return this.mode() === "loading" && this.view.showNotice(this.view.say("not_accepted"));
    const answer = this.asking.meaning(action);
    if (!answer) return this.view.showNotice(this.asking.whatToPress(action));
    const { current: part, open } = this.asking;
    if (!part && open.length > 0 && answer.value !== "skipped") return this.asking.insist(open);
    this.view.clearNotice();
    this.deck.takenBack.length = 0;
    if (part) return this.asking.answerPart(item, part, action, code);
    if (this.view.note.kind === "edit") this.notes.settleOpen();
    const attached = this.notes.attached();
    const typed = this.view.note.isOpen ? this.view.note.field.value.trim() : "";
    const note = typed || attached; // of a skip: why
    this.notes.close();
    this.view.flash(action);
    this.grade(item, answer, note);
    if (answer.value === "fail" && action !== "fail_only" && !note) this.notes.open("fail", "", code);
    else this.advance();
  }

  /**
   * Make one grade of the output on screen, keep it, send it; `answer` has value and level.
   * @param {Item} item
   * @param {Answer} given
   * @param {string} note
   * @param {boolean} [agreed]
   */
  grade(item, { value, level = null }, note, agreed = false) {
    const earlier = this.deck.grade(item.output_id);
    const extras = this.notes.extras(item);
    const event = pressOn(this, item, value, { level, note, supersedes: earlier?.client_id ?? null, agreed, ...extras });
    this.deck.give(item.output_id, { value, level, note, client_id: event.client_id, ...extras }, [event.client_id]);
    this.commit([event]);
    this.notes.spent(item.output_id);
    this.view.showLast(Math.ceil(item.position), { value, level });
  }

  /**
   * The fail that opened the note gets it: one act, two events, so that nothing waits for typing.
   * @param {Item} item
   * @param {Grade} grade
   * @param {string} note
   */
  amend(item, grade, note) {
    if (!note) return;
    const extras = this.notes.extras(item);
    const { value, level = null } = grade;
    const event = pressOn(this, item, value, { level, note, supersedes: grade.client_id, ...extras });
    this.deck.amend(item.output_id, { value, level, note, client_id: event.client_id, ...extras }, event.client_id);
    this.commit([event]);
  }

  /** Before the first grade of a version the guidelines are shown; whether they are now. */
  tellFirst() {
    const { guide } = this.view;
    const isDue = guide.version > Math.max(this.guidelineSeen, this.keep.get("guideline") ?? 0) && this.deck.item !== null;
    if (isDue) guide.open(true);
    return isDue;
  }

  /** @param {Press[]} events */
  commit(events) {
    this.queue.add(...events);
    this.keep.put("history", this.deck.history);
    if (!this.keep.works) this.view.showNotice(this.view.say("no_storage"), true);
  }

  advance() {
    this.deck.showNext(this.deck.lastPosition);
    this.show();
  }

  undo() {
    this.notes.setEditAside();
    if (this.view.note.isOpen && this.deck.item) this.notes.attach(this.deck.item, this.view.note.field.value.trim(), this.notes.part);
    this.notes.close();
    const act = this.deck.takeBack();
    if (!act) return this.view.showNotice(this.view.say("nothing_to_undo"));
    const part = act.part ? this.asking.part(act.output_id, act.part) ?? { id: act.part, version: null } : null;
    this.commit(act.ids.toReversed().map((id) => takingBack(this, act.output_id, id, part)));
    this.show();
    this.view.clearLast();
    this.view.flash("undo");
    this.view.tell(this.view.say("taken_back", { value: this.view.wordFor(act) }));
  }

  /**
   * What the judges say, where it may be seen: first, or once there is a grade.
   * @param {Item} item
   */
  suggestion(item) {
    const isDue = this.suggestFirst || this.deck.grade(item.output_id) !== null;
    return isDue ? item.suggestion ?? null : null;
  }

  /** Take the judges' verdict as the grade. */
  agree() {
    const item = this.deck.item;
    const suggestion = item && this.suggestion(item);
    if (this.tellFirst()) return undefined;
    if (!suggestion) return this.view.showNotice(this.view.say("nothing_suggested"));
    if (this.asking.open.length > 0) return this.asking.insist(this.asking.open);
    this.deck.takenBack.length = 0;
    this.view.flash(suggestion.value);
    this.grade(item, { value: suggestion.value }, this.notes.inForce(), true);
    return this.advance();
  }

  /** Give again what was taken back last. */
  redo() {
    const act = this.deck.takenBack.pop();
    const item = act && this.deck.items.get(act.output_id);
    if (!item || !act.undone) return this.view.showNotice(this.view.say("nothing_to_redo"));
    this.notes.close();
    this.deck.shown = act.output_id;
    this.show();
    if (act.part) {
      const part = this.asking.part(act.output_id, act.part);
      if (part) this.gradePart(item, part, act.undone.value, act.undone.note);
      return this.show();
    }
    this.grade(item, act.undone, act.undone.note ?? "");
    return this.advance();
  }

  /**
   * @param {Item} item
   * @param {Part} part
   * @param {Value} value
   * @param {string} [note]
   */
  gradePart(item, part, value, note = "") {
    const earlier = this.deck.mark(item.output_id, part.id);
    const event = pressOn(this, item, value, { note, supersedes: earlier?.client_id ?? null, part });
    this.deck.giveMark(item.output_id, part.id, { value, note, client_id: event.client_id });
    this.commit([event]);
    this.view.tell(this.view.say("named", { name: part.name, told: this.view.say(value === "skipped" ? "inapplicable" : value) }));
  }

  /**
   * The failed part gets its note, as the whole does.
   * @param {Item} item
   * @param {Part} part
   * @param {Grade} mark
   * @param {string} note
   */
  amendPart(item, part, mark, note) {
    const { value } = mark;
    const event = pressOn(this, item, value, { note, supersedes: mark.client_id, part });
    this.deck.amend(item.output_id, { value, note, client_id: event.client_id }, event.client_id, part.id);
    this.commit([event]);
  }

  /** Leave what is being looked at again and go to the next output that has no grade. */
  unseen() {
    this.notes.settleOpen();
    const open = this.deck.order().find((id) => !this.deck.grade(id));
    if (open) this.deck.shown = open;
    else this.deck.showNext(this.deck.lastPosition);
    this.show();
  }

  /**
   * @param {string | null} action
   * @param {string} key
   */
  changeKey(action, key) {
    this.keys = action ? { ...this.keys, [action]: key } : { ...USUAL };
    this.keep.put("keys", this.keys);
    this.view.showKeys(this.keys);
  }

  /** @param {number} step */
  look(step) {
    this.notes.settleOpen();
    if (this.deck.look(step)) this.show();
  }

  // Display

  show() {
    const { deck, view } = this;
    const mode = this.mode();
    if (deck.shown !== this.clock.onScreen || mode !== view.root.dataset.state) this.turnPage();
    view.show(deck.item, mode, { place: deck.place, total: deck.total, done: deck.counted(), waiting: this.waiting });
    view.showQuestion(this.asking);
    view.showGrade(deck.grade(deck.shown), this.notes.attached(), deck.item ? this.notes.extras(deck.item) : null);
    const part = this.asking.current;
    view.showPressed(part ? deck.mark(deck.shown, part.id) : deck.grade(deck.shown), part !== null);
    view.showSuggestion(deck.item ? this.suggestion(deck.item) : null);
    view.showMarks(this.asking.parts, (id) => deck.mark(deck.shown, id), this.asking.at);
    this.showStatus();
    this.prepareNext();
    clearTimeout(this.poking);
    if (mode === "loading") this.poking = setTimeout(() => this.poke(), POKE_AFTER);
    if (mode === "finished" && ["held", "packed"].includes(this.waiting?.kind ?? "")) this.poking = setTimeout(() => this.poke(), LOOK_AFTER);
  }

  mode() {
    if (this.deck.item) return "grading";
    if (this.waiting && this.queue.size === 0) return this.waiting.kind === "empty" ? "empty" : "finished";
    if (this.deck.total === 0) return "empty";
    return this.deck.finished && this.queue.size === 0 ? "finished" : "loading";
  }

  turnPage() {
    this.clock.turnTo(this.deck.shown);
    this.asking.startOver();
    this.notes.close();
    this.view.find.close();
    this.view.clearNotice();
  }

  /** Draw the output that comes next while there is time, so that it is there at once. */
  prepareNext() {
    const { deck, view } = this;
    const open = deck.sorted().filter((item) => !deck.grade(item.output_id));
    const next = open.filter((item) => item.position > deck.lastPosition).slice(0, PREPARED);
    for (const item of next) (window.requestIdleCallback ?? setTimeout)(() => view.sheets.of(item));
  }

  showStatus() {
    this.view.showStatus(this.queue.state, this.queue.outputs);
  }

  /** Nothing came: ask again. */
  poke() {
    this.line.send(this.payload([]));
    this.poking = setTimeout(() => this.poke(), 3 * POKE_AFTER);
  }
}
