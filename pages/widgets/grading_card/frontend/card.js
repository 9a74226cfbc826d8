// The grading card. Streamlit calls the default export once per run with what Python sent; the first
// call in a place builds the card, later ones tell it the news.
import { Deck } from "./deck.js";
import { actionOf, HeldKeys, USUAL } from "./keys.js";
import { closeConnectionDialogs } from "./outage.js";
import { Keep, newClientId, Queue } from "./queue.js";
import { speaker, whole } from "./text.js";
import { View } from "./view.js";

const VALUES = { pass: "pass", fail: "fail", fail_only: "fail", unsure: "unsure", skip: "skipped" };
const POKE_AFTER = 2000;
const PREPARED = 3;
const cards = new WeakMap();

export default function mount({ data, parentElement, setTriggerValue }) {
  let card = cards.get(parentElement);
  if (card && card.owner !== ownerOf(data)) {
    card.destroy();
    card = null;
  }
  if (!card && !data.messages) {
    setTriggerValue("graded", { events: [], have: [] }); // meant for an earlier card: ask for all
    return undefined;
  }
  card ??= new Card(data, parentElement);
  cards.set(parentElement, card);
  card.receive(data, setTriggerValue);
  return () => setTimeout(() => card.destroyIfGone());
}

const ownerOf = (data) => JSON.stringify([data.project, data.annotator]);

class Card {
  constructor(data, parent) {
    this.parent = parent;
    this.owner = ownerOf(data);
    this.keep = new Keep(data.project, data.annotator);
    this.queue = new Queue(this.keep, { send: (events) => this.send(events), changed: () => this.showStatus() });
    this.deck = new Deck((id) => this.queue.concerns(id), this.keep.get("history") ?? []);
    for (const event of this.queue.waiting.values()) this.remember(event);
    this.held = new HeldKeys();
    this.keys = { ...USUAL, ...this.keep.get("keys") };
    this.criteria = [];
    this.asked = null; // index of the criterion that the next grade is for
    this.visibleFor = new Map(); // output_id -> milliseconds on screen so far
    this.quit = new AbortController();
    this.build(data);
    this.listen();
  }

  /** Presses of an earlier visit that are not stored yet count as said. */
  remember(event) {
    const { value, note, client_id } = event;
    const grade = value === "undone" ? null : { value, note, client_id, spans: event.spans, corrected_text: event.corrected_text };
    if (event.criterion_id) return this.deck.setMark(event.output_id, event.criterion_id, grade);
    this.deck.said.set(event.output_id, grade);
  }

  build(data) {
    this.language = data.language;
    this.isFresh = true;
    this.ground = null;
    this.onScreen = null;
    this.view?.root.remove();
    this.view = new View(speaker(data.messages), {
      language: data.language,
      act: (action) => this.act(action),
      ask: (index) => this.ask(index),
      keysOf: () => this.keys,
      change: (action, key) => this.changeKey(action, key),
      dismiss: () => this.dismissRefused(),
      on: {
        save: (text) => this.saveNote(text),
        leave: () => this.leaveNote(),
        draft: (text) => this.keep.put("draft", { output_id: this.deck.shown, kind: this.view.note.kind, text }),
      },
    });
    this.parent.append(this.view.root);
  }

  listen() {
    const signal = this.quit.signal;
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    document.addEventListener("keyup", (event) => this.held.release(event), { signal });
    window.addEventListener("blur", () => this.held.releaseAll(), { signal });
    window.addEventListener("online", () => this.queue.flush(), { signal });
    window.addEventListener("offline", () => this.showStatus(), { signal });
    window.addEventListener("resize", () => this.measure(), { signal });
    document.addEventListener("visibilitychange", () => this.clock(), { signal });
    closeConnectionDialogs(() => this.view.note.regainFocus(), signal);
    window.addEventListener("beforeunload", (event) => this.queue.size > 0 && event.preventDefault(), { signal });
  }

  /** Streamlit also cleans up after a call that newer data overtook, while the card lives on. */
  destroyIfGone() {
    const host = this.parent.host ?? this.parent;
    if (!host.isConnected) this.destroy();
  }

  destroy() {
    this.quit.abort();
    this.queue.stop();
    clearTimeout(this.poking);
    this.view.root.remove();
    cards.delete(this.parent);
  }

  /** Take in one run's data. */
  receive(data, setTriggerValue) {
    this.trigger = setTriggerValue;
    if (data.language !== this.language && data.messages) this.build(data);
    const isNewSession = data.session !== this.session;
    this.session = data.session;
    this.queue.acknowledge(data.acknowledged);
    for (const [id, reason] of Object.entries(data.refused)) this.refused(id, reason);
    this.suggestFirst = data.suggest_first;
    if (!this.view.note.isOpen) this.view.note.offer(data.phrases ?? []);
    this.criteria = data.criteria ?? [];
    if (this.asked !== null && this.asked >= this.criteria.length) this.asked = null;
    this.deck.receive(data);
    this.show();
    this.measure();
    if (isNewSession) this.welcome();
    if (this.isFresh) this.resumeNote();
    this.isFresh = false;
    if (isNewSession) this.queue.flush();
  }

  send(events) {
    try {
      this.trigger("graded", { events, have: [this.language, ...this.deck.held()] });
    } catch (error) {
      console.warn("The grading card could not send and will try again.", error);
    }
  }

  /** After a reload or a lost session: say what is on its way, and what was refused. */
  welcome() {
    if (this.queue.size > 0) this.view.tell(this.view.say("restored", { n: this.queue.size }));
    const [refused] = this.keep.all("refused/");
    if (refused) this.view.showNotice(this.view.say("refused", { reason: refused.reason }), true);
  }

  /** Open the note that was being written when the page was left. */
  resumeNote() {
    const draft = this.keep.get("draft");
    if (draft?.text && this.deck.items.has(draft.output_id)) {
      this.deck.shown = draft.output_id;
      this.show();
      this.openNote(draft.kind, draft.text, null);
    }
  }

  refused(id, reason) {
    const event = this.queue.refuse(id);
    if (!event) return;
    this.keep.put(`refused/${id}`, { ...event, reason });
    if (!this.queue.concerns(event.output_id)) this.deck.unsay(event.output_id);
    this.view.showNotice(this.view.say("refused", { reason }), true);
  }

  dismissRefused() {
    for (const event of this.keep.all("refused/")) this.keep.drop(`refused/${event.client_id}`);
  }

  // Keys and actions

  key(event) {
    if (this.view.help.open || !this.view.root.checkVisibility()) return;
    if (this.view.note.isOpen) return this.view.note.catchKey(event);
    const action = actionOf(event, this.keys);
    if (!action) return;
    event.preventDefault();
    if (this.held.isRepeat(event)) return;
    this.act(action, event.code);
  }

  act(action, code = null) {
    if (action in VALUES) return this.press(action, code);
    const others = {
      undo: () => this.undo(),
      redo: () => this.redo(),
      criterion: () => this.ask(this.asked === null ? 0 : this.asked + 1),
      mark: () => this.deck.item && this.markSpan(),
      edit: () => this.deck.item && this.openNote("edit", this.correctedText(), code),
      unseen: () => this.unseen(),
      agree: () => this.agree(),
      note: () => this.deck.item && this.openNote("note", this.noteInForce(), code),
      previous: () => this.look(-1),
      next: () => this.look(1),
      expand: () => this.view.expandAll(),
      help: () => this.view.help.showModal(),
    };
    others[action]();
  }

  press(action, code) {
    const item = this.deck.item;
    if (!item) return this.mode() === "loading" && this.view.showNotice(this.view.say("not_accepted"));
    if (this.asked !== null) return this.markCriterion(item, VALUES[action]);
    this.deck.takenBack.length = 0;
    const attached = this.attached();
    const typed = this.view.note.isOpen ? this.view.note.field.value.trim() : "";
    const note = action === "skip" ? "" : typed || attached;
    this.closeNote();
    this.view.flash(action);
    this.grade(item, VALUES[action], note);
    if (action === "fail" && !note) this.openNote("fail", "", code);
    else this.advance();
  }

  /** Make one grade of the output on screen, keep it, send it. */
  grade(item, value, note, agreed = false) {
    const earlier = this.deck.grade(item.output_id);
    const extras = this.extras(item, earlier);
    const event = this.event(item, value, { note, supersedes: earlier?.client_id ?? null, agreed, ...extras });
    this.deck.say(item.output_id, { value, note, client_id: event.client_id, ...extras }, [event.client_id]);
    this.commit([event]);
    for (const kind of ["note", "spans", "edit"]) this.keep.drop(`${kind}/${item.output_id}`);
    this.view.showLast(Math.ceil(item.position), value);
  }

  /** Marked spans and the corrected text: what waits for the grade, else what came with it. */
  extras(item, grade) {
    const id = item.output_id;
    return {
      spans: this.keep.get(`spans/${id}`) ?? grade?.spans ?? [],
      corrected_text: this.keep.get(`edit/${id}`) ?? grade?.corrected_text ?? null,
    };
  }

  event(item, value, { note = "", supersedes = null, spans = [], corrected_text = null, criterion = null, agreed = false }) {
    return {
      judge_shown: this.suggestion(item) !== null && !criterion,
      agreed,
      spans,
      corrected_text,
      criterion_id: criterion?.id ?? null,
      criterion_version: criterion?.version ?? null,
      client_id: newClientId(),
      output_id: item.output_id,
      value,
      note,
      seconds: Math.round(this.clock()) / 1000,
      shown_at: new Date(this.shownAt).toISOString(),
      supersedes,
    };
  }

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
    if (this.view.note.isOpen && this.deck.item) this.attach(this.deck.item, this.view.note.field.value.trim());
    this.closeNote();
    const act = this.deck.takeBack();
    if (!act) return this.view.showNotice(this.view.say("nothing_to_undo"));
    const criterion = this.criteria.find((own) => own.id === act.criterion) ?? (act.criterion ? { id: act.criterion, version: null } : null);
    this.commit(act.ids.toReversed().map((id) => this.takingBack(act.output_id, id, criterion)));
    this.show();
    this.view.clearLast();
    this.view.flash("undo");
    this.view.tell(this.view.say("taken_back", { value: this.view.say(act.value) }));
  }

  /** What the judges say, where it may be seen: first, or once there is a grade. */
  suggestion(item) {
    const isDue = this.suggestFirst || this.deck.grade(item.output_id) !== null;
    return isDue ? item.suggestion ?? null : null;
  }

  /** Take the judges' verdict as the grade. */
  agree() {
    const item = this.deck.item;
    const said = item && this.suggestion(item);
    if (!said) return this.view.showNotice(this.view.say("nothing_suggested"));
    this.deck.takenBack.length = 0;
    this.view.flash(said.value);
    this.grade(item, said.value, this.noteInForce(), true);
    return this.advance();
  }

  /** Give again what was taken back last. */
  redo() {
    const act = this.deck.takenBack.pop();
    const item = act && this.deck.items.get(act.output_id);
    if (!item || !act.undone) return this.view.showNotice(this.view.say("nothing_to_redo"));
    this.closeNote();
    this.deck.shown = act.output_id;
    this.show();
    const { value, note } = act.undone;
    if (act.criterion) {
      const criterion = this.criteria.find((own) => own.id === act.criterion);
      if (criterion) this.gradeCriterion(item, criterion, value);
      return this.show();
    }
    this.grade(item, value, note ?? "");
    return this.advance();
  }

  /** Ask for one criterion next (or, past the last one, for the output as a whole). */
  ask(index) {
    if (this.criteria.length === 0) return this.view.showNotice(this.view.say("no_criteria"));
    this.asked = index < this.criteria.length ? index : null;
    const own = this.criteria[this.asked];
    this.view.tell(own ? `${own.name}: ${own.statement}` : this.view.say("output"));
    return this.show();
  }

  /** The next grade is for the criterion that is asked; a skip leaves it open. */
  markCriterion(item, value) {
    const criterion = this.criteria[this.asked];
    this.deck.takenBack.length = 0;
    if (value !== "skipped") this.gradeCriterion(item, criterion, value);
    this.ask(this.asked + 1);
  }

  gradeCriterion(item, criterion, value) {
    const earlier = this.deck.mark(item.output_id, criterion.id);
    const event = this.event(item, value, { supersedes: earlier?.client_id ?? null, criterion });
    this.deck.sayMark(item.output_id, criterion.id, { value, note: "", client_id: event.client_id });
    this.commit([event]);
    this.view.tell(`${criterion.name}: ${this.view.say(value)}`);
  }

  /** The selected words of the output become evidence of the grade. */
  markSpan() {
    const item = this.deck.item;
    const root = this.view.root.getRootNode();
    const chosen = String((root.getSelection?.() ?? document.getSelection()) || "").trim();
    if (!chosen) return this.view.showNotice(this.view.say("nothing_selected"));
    const start = whole(item.text).text.indexOf(chosen);
    const span = { part: start < 0 ? "shown" : "output", text: chosen.slice(0, 2000), start, end: start < 0 ? -1 : start + chosen.length };
    const before = this.extras(item, this.deck.grade(item.output_id)).spans;
    return this.keepExtra(item, "spans", [...before.slice(-19), span]);
  }

  correctedText() {
    const item = this.deck.item;
    return this.extras(item, this.deck.grade(item.output_id)).corrected_text ?? whole(item.text).text;
  }

  /** Keep something for the grade to come; where there is a grade, it is given again with it. */
  keepExtra(item, kind, value) {
    this.keep.put(`${kind}/${item.output_id}`, value);
    const grade = this.deck.grade(item.output_id);
    if (grade) this.grade(item, grade.value, grade.note);
    this.show();
  }

  /** Leave what is being looked at again and go to the next output that has no grade. */
  unseen() {
    if (this.view.note.isOpen) this.settleNote(this.view.note.field.value.trim());
    const open = this.deck.order().find((id) => !this.deck.grade(id));
    if (open) this.deck.shown = open;
    else this.deck.showNext(this.deck.lastPosition);
    this.show();
  }

  changeKey(action, key) {
    this.keys = action ? { ...this.keys, [action]: key } : { ...USUAL };
    this.keep.put("keys", this.keys);
    this.view.showKeys(this.keys);
  }

  takingBack(outputId, id, criterion = null) {
    const shownAt = new Date(this.shownAt ?? Date.now()).toISOString();
    const own = { criterion_id: criterion?.id ?? null, criterion_version: criterion?.version ?? null };
    return { ...own, client_id: newClientId(), output_id: outputId, value: "undone", note: "", seconds: null, shown_at: shownAt, supersedes: id };
  }

  look(step) {
    if (this.view.note.isOpen) this.settleNote(this.view.note.field.value.trim());
    if (this.deck.look(step)) this.show();
  }

  // Notes

  /** A note written before the grade; it is stored with the grade. */
  attached() {
    return this.deck.shown === null ? "" : this.keep.get(`note/${this.deck.shown}`) ?? "";
  }

  noteInForce() {
    return this.deck.grade(this.deck.shown)?.note || this.attached();
  }

  openNote(kind, text, code) {
    this.show();
    this.view.note.open(kind, text, code);
    this.measure();
  }

  closeNote() {
    if (!this.view.note.isOpen) return;
    this.keep.drop("draft");
    this.view.note.close();
  }

  saveNote(typed) {
    const isFail = this.view.note.kind === "fail";
    this.settleNote(typed.trim());
    if (isFail) this.advance();
    else this.show();
  }

  /** Close the note and keep its text where it belongs: with the grade, or for the grade to come. */
  settleNote(note) {
    const item = this.deck.item;
    const grade = item && this.deck.grade(item.output_id);
    const isEdit = this.view.note.kind === "edit";
    this.closeNote();
    if (!item) return;
    if (isEdit) {
      if (note && note !== whole(item.text).text.trim()) this.keepExtra(item, "edit", note);
      return;
    }
    if (!grade) this.attach(item, note);
    else if (this.view.note.kind === "fail") this.amend(item, grade, note);
    else if (note !== grade.note) this.grade(item, grade.value, note);
  }

  /** The fail that opened the note gets it: one act, two events, so that nothing waits for typing. */
  amend(item, grade, note) {
    if (!note) return;
    const extras = this.extras(item, grade);
    const event = this.event(item, grade.value, { note, supersedes: grade.client_id, ...extras });
    this.deck.amend(item.output_id, { value: grade.value, note, client_id: event.client_id, ...extras }, event.client_id);
    this.commit([event]);
  }

  attach(item, note) {
    if (note) this.keep.put(`note/${item.output_id}`, note);
    else this.keep.drop(`note/${item.output_id}`);
  }

  leaveNote() {
    const wasFail = this.view.note.kind === "fail";
    this.closeNote();
    if (wasFail) this.advance();
    else this.show();
  }

  // Display

  show() {
    const { deck, view } = this;
    const mode = this.mode();
    if (deck.shown !== this.onScreen || mode !== view.root.dataset.state) this.turnPage();
    view.show(deck.item, mode, { place: deck.place, total: deck.total, done: deck.counted() });
    view.showGrade(deck.grade(deck.shown), this.attached(), deck.item ? this.extras(deck.item, deck.grade(deck.shown)) : null);
    view.showSuggestion(deck.item ? this.suggestion(deck.item) : null);
    view.showMarks(deck.item ? this.criteria : [], (id) => deck.mark(deck.shown, id), this.asked);
    this.showStatus();
    this.prepareNext();
    clearTimeout(this.poking);
    if (mode === "loading") this.poking = setTimeout(() => this.poke(), POKE_AFTER);
  }

  mode() {
    if (this.deck.item) return "grading";
    if (this.deck.total === 0) return "empty";
    return this.deck.finished && this.queue.size === 0 ? "finished" : "loading";
  }

  turnPage() {
    this.clock();
    this.onScreen = this.deck.shown;
    this.asked = null;
    this.shownAt = Date.now();
    this.closeNote();
    this.view.clearNotice();
  }

  /** Count the time during which the output is visible; returns its milliseconds so far. */
  clock() {
    const now = performance.now();
    const passed = this.since === undefined || this.wasHidden ? 0 : now - this.since;
    const total = (this.visibleFor.get(this.onScreen) ?? 0) + passed;
    if (this.onScreen) this.visibleFor.set(this.onScreen, total);
    this.since = now;
    this.wasHidden = document.hidden;
    return total;
  }

  /** Draw the output that comes next while there is time, so that it is there at once. */
  prepareNext() {
    const { deck, view } = this;
    const open = deck.order().map((id) => deck.items.get(id)).filter((item) => !deck.grade(item.output_id));
    const next = open.filter((item) => item.position > deck.lastPosition).slice(0, PREPARED);
    for (const item of next) (window.requestIdleCallback ?? setTimeout)(() => view.sheets.of(item));
  }

  showStatus() {
    this.view?.showStatus(this.queue.state, this.queue.size);
  }

  /** Nothing came: ask again. */
  poke() {
    this.send([]);
    this.poking = setTimeout(() => this.poke(), 3 * POKE_AFTER);
  }

  /** Where the card begins, so that its bar sits at the bottom of the window; dark or light. */
  measure() {
    const { root } = this.view;
    const scroller = root.getRootNode().host?.closest('[data-testid="stMain"]');
    const top = root.getBoundingClientRect().top + (scroller?.scrollTop ?? window.scrollY);
    root.style.setProperty("--card-top", `${Math.max(0, Math.round(top))}px`);
    const ground = getComputedStyle(root).getPropertyValue("--st-background-color");
    if (ground !== this.ground) root.dataset.theme = isDark(ground) ? "dark" : "light";
    this.ground = ground;
  }
}

/** Whether a CSS colour is dark; the browser itself reads the colour. */
function isDark(colour) {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  probe.fillStyle = colour.trim() || "#fff";
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 110;
}
