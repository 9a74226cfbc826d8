// Which outputs are known, which one is on screen, and the grades of each. No DOM, no server.

const MOST_KNOWN = 300;
const MOST_HISTORY = 100;

export class Deck {
  /**
   * `pending(outputId)` tells whether presses on that output are still on their way.
   * @param {(outputId: string) => boolean} pending
   * @param {Act[]} [history]
   */
  constructor(pending, history = []) {
    this.pending = pending;
    /** @type {Map<string, Item>} */
    this.items = new Map();
    /** @type {Map<string, Grade | null>} */
    this.grades = new Map(); // output_id -> grade or null, where this tab knows better than the server
    /** @type {Map<string, Map<string, Grade | null>>} */
    this.marks = new Map(); // output_id -> Map of criterion id or pointer -> grade or null, likewise
    /** @type {(Act & { undone: Grade | null })[]} */
    this.takenBack = []; // acts that redo can bring back, the latest last
    this.history = history; // acts in order: {output_id, ids, before, value}
    /** @type {Set<string>} */
    this.seen = new Set(); // output_ids that were on screen
    /** @type {string | null} */
    this.onScreen = null;
    /** @type {string | null} */
    this.wanted = null; // output_id to show as soon as it is here
    this.place = 1;
    this.total = 0;
    this.done = 0;
    /** @type {string | null} */
    this.epoch = null; // of the newest that was told
    this.stamp = 0;
  }

  /** The output_id on screen. */
  get shown() {
    return this.onScreen;
  }

  set shown(outputId) {
    this.onScreen = outputId;
    if (outputId !== null) this.seen.add(outputId);
  }

  get item() {
    return this.shown === null ? null : this.items.get(this.shown) ?? null;
  }

  get finished() {
    return this.place > this.total;
  }

  /**
   * The grade in force for an output, or null.
   * @param {string | null} outputId
   */
  grade(outputId) {
    if (outputId === null) return null;
    const grade = this.grades.get(outputId);
    return grade !== undefined ? grade : this.items.get(outputId)?.current ?? null;
  }

  /**
   * The person's grade of one criterion or field of an output, or null.
   * @param {string | null} outputId
   * @param {string} partId
   */
  mark(outputId, partId) {
    if (outputId === null) return null;
    const mark = this.marks.get(outputId)?.get(partId);
    return mark !== undefined ? mark : this.items.get(outputId)?.marks?.[partId] ?? null;
  }

  /**
   * Take in what the server sent. A run of the page and an answer may cross: the older knows less.
   * @param {Outputs} given
   */
  receive({ items, place, total, done, epoch = null, stamp = 0 }) {
    if (epoch !== null && epoch === this.epoch && stamp < this.stamp) return;
    Object.assign(this, { epoch, stamp, place, total, done });
    const listed = new Set(items.map((item) => item.output_id));
    for (const [id, grade] of [...this.grades]) {
      if (this.pending(id)) continue;
      const known = this.items.get(id);
      if (known && !listed.has(id)) known.current = grade;
      this.grades.delete(id);
    }
    for (const [id, marks] of [...this.marks]) {
      if (this.pending(id)) continue;
      const known = this.items.get(id);
      if (known && !listed.has(id)) known.marks = { ...known.marks, ...Object.fromEntries(marks) };
      this.marks.delete(id);
    }
    for (const item of items) this.take(item);
    this.forgetStale(listed);
    if (this.shown === null || this.wanted !== null) this.showNext(this.lastPosition);
  }

  /**
   * An item may come without its texts when this tab had said that it holds them.
   * @param {Item} item
   */
  take(item) {
    const known = this.items.get(item.output_id);
    if ("text" in item) this.items.set(item.output_id, item);
    else if (known) Object.assign(known, item);
  }

  /** The outputs whose texts need not be sent again, and with `#` the keys of the terms on them. */
  held() {
    const items = this.sorted().filter((item) => item.output_id === this.shown || !this.grade(item.output_id));
    const keyed = items.filter((item) => item.terms_key);
    return [...items.map((item) => item.output_id), ...keyed.map((item) => `${item.output_id}#${item.terms_key}`)];
  }

  /**
   * Ungraded outputs that the server no longer offers are somebody else's now, or gone.
   * @param {Set<string>} listed
   */
  forgetStale(listed) {
    for (const [id] of this.items) {
      const keep = listed.has(id) || id === this.shown || this.pending(id) || this.grade(id);
      if (!keep) this.items.delete(id);
    }
    for (const id of this.seen) if (!this.items.has(id)) this.seen.delete(id);
    for (const id of this.order()) {
      if (this.items.size <= MOST_KNOWN) break;
      if (id !== this.shown && !listed.has(id)) this.items.delete(id);
    }
  }

  sorted() {
    return [...this.items.values()].sort((a, b) => a.position - b.position);
  }

  order() {
    return this.sorted().map((item) => item.output_id);
  }

  get lastPosition() {
    return this.item?.position ?? this.place - 1;
  }

  /**
   * Show the output that is wanted, else the next ungraded one after a position, else nothing. What came with an
   * answer and belongs before what was on screen by then is next too: another look, or what comes unannounced.
   * @param {number} position
   */
  showNext(position) {
    if (this.wanted !== null) {
      const isHere = this.items.has(this.wanted);
      this.shown = isHere ? this.wanted : null;
      if (!isHere && this.pending(this.wanted)) return; // it comes when its undo is stored
      this.wanted = null;
      if (isHere) return;
    }
    const open = this.sorted().filter((item) => !this.grade(item.output_id));
    const next = open.find((item) => item.position > position || !this.seen.has(item.output_id)) ?? open[0];
    this.shown = next?.output_id ?? null;
  }

  /**
   * Record an act on one output; `ids` are the events that it made.
   * @param {string} outputId
   * @param {Grade} grade
   * @param {string[]} ids
   */
  give(outputId, grade, ids) {
    const before = this.grade(outputId);
    this.history.push({ output_id: outputId, ids, before, value: grade.value, level: grade.level ?? null });
    this.history.splice(0, this.history.length - MOST_HISTORY);
    this.grades.set(outputId, grade);
  }

  /**
   * Record the grade of one criterion or field.
   * @param {string} outputId
   * @param {string} partId
   * @param {Grade & { client_id: string }} grade
   */
  giveMark(outputId, partId, grade) {
    this.history.push({ output_id: outputId, ids: [grade.client_id], before: this.mark(outputId, partId), value: grade.value, part: partId });
    this.history.splice(0, this.history.length - MOST_HISTORY);
    this.setMark(outputId, partId, grade);
  }

  /**
   * @param {string} outputId
   * @param {string} partId
   * @param {Grade | null} grade
   */
  setMark(outputId, partId, grade) {
    const marks = this.marks.get(outputId) ?? new Map();
    this.marks.set(outputId, marks.set(partId, grade));
  }

  /**
   * Make the latest act the owner of one more event and change its grade (a note came after).
   * @param {string} outputId
   * @param {Grade} grade
   * @param {string} id
   * @param {string} [partId]
   */
  amend(outputId, grade, id, partId) {
    const act = this.history.findLast((past) => past.output_id === outputId && past.part === partId);
    act?.ids.push(id);
    if (partId) this.setMark(outputId, partId, grade);
    else this.grades.set(outputId, grade);
  }

  /** Take back the latest act and show its output again; returns the act, or null. */
  takeBack() {
    const act = this.history.pop() ?? null;
    if (act === null) return null;
    const undone = act.part ? this.mark(act.output_id, act.part) : this.grade(act.output_id);
    this.takenBack.push({ ...act, undone });
    if (act.part) this.setMark(act.output_id, act.part, act.before);
    else this.grades.set(act.output_id, act.before);
    if (this.items.has(act.output_id)) this.shown = act.output_id;
    else {
      this.shown = null;
      this.wanted = act.output_id;
    }
    return act;
  }

  /**
   * Look at the output before (-1) or after (+1) the one on screen; false at either end.
   * @param {number} step
   */
  look(step) {
    const order = this.order();
    const at = this.shown === null ? order.length : order.indexOf(this.shown);
    const next = order[at + step];
    if (next !== undefined) this.shown = next;
    else if (step > 0 && this.shown !== null && this.grade(this.shown)) this.showNext(this.lastPosition);
    else return false;
    return true;
  }

  /** How many are graded, with the presses that the server has not counted yet. */
  counted() {
    let done = this.done;
    for (const [id, grade] of this.grades) {
      if (!this.pending(id)) continue;
      const before = Boolean(this.items.get(id)?.current);
      done += Number(Boolean(grade)) - Number(before);
    }
    return Math.max(0, Math.min(done, this.total));
  }

  /**
   * Forget this tab's grade of an output, so that the server's counts.
   * @param {string} outputId
   */
  forget(outputId) {
    this.grades.delete(outputId);
  }
}
