// Which outputs are known, which one is on screen, and what was said about each. No DOM, no server.

const MOST_KNOWN = 300;
const MOST_HISTORY = 100;

export class Deck {
  /** `pending(outputId)` tells whether presses on that output are still on their way. */
  constructor(pending, history = []) {
    this.pending = pending;
    this.items = new Map();
    this.said = new Map(); // output_id -> grade or null, where this tab knows better than the server
    this.marked = new Map(); // output_id -> Map of criterion id or pointer -> grade or null, as `said`
    this.takenBack = []; // acts that redo can bring back, the latest last
    this.history = history; // acts in order: {output_id, ids, before, value}
    this.shown = null; // output_id on screen
    this.wanted = null; // output_id to show as soon as it is here
    this.place = 1;
    this.total = 0;
    this.done = 0;
  }

  get item() {
    return this.items.get(this.shown) ?? null;
  }

  get finished() {
    return this.place > this.total;
  }

  /** The grade in force for an output, or null. */
  grade(outputId) {
    if (this.said.has(outputId)) return this.said.get(outputId);
    return this.items.get(outputId)?.current ?? null;
  }

  /** The person's grade of one criterion or field of an output, or null. */
  mark(outputId, partId) {
    const said = this.marked.get(outputId);
    if (said?.has(partId)) return said.get(partId);
    return this.items.get(outputId)?.marks?.[partId] ?? null;
  }

  /** Take in what the server sent. A run of the page and an answer may cross: the older knows less. */
  receive({ items, place, total, done, epoch = null, stamp = 0 }) {
    if (epoch !== null && epoch === this.epoch && stamp < this.stamp) return;
    Object.assign(this, { epoch, stamp });
    Object.assign(this, { place, total, done });
    const listed = new Set(items.map((item) => item.output_id));
    for (const id of [...this.said.keys()]) {
      if (this.pending(id)) continue;
      const known = this.items.get(id);
      if (known && !listed.has(id)) known.current = this.said.get(id);
      this.said.delete(id);
    }
    for (const [id, said] of [...this.marked]) {
      if (this.pending(id)) continue;
      const known = this.items.get(id);
      if (known && !listed.has(id)) known.marks = { ...known.marks, ...Object.fromEntries(said) };
      this.marked.delete(id);
    }
    for (const item of items) this.take(item);
    this.forgetStale(listed);
    if (this.shown === null || this.wanted !== null) this.showNext(this.lastPosition);
  }

  /** An item may come without its texts when this tab had said that it holds them. */
  take(item) {
    const known = this.items.get(item.output_id);
    if ("text" in item) this.items.set(item.output_id, item);
    else if (known) Object.assign(known, item);
  }

  /** The outputs whose texts need not be sent again, and with `#` the keys of the terms on them. */
  held() {
    const ids = this.order().filter((id) => id === this.shown || !this.grade(id));
    const keyed = ids.filter((id) => this.items.get(id).terms_key);
    return [...ids, ...keyed.map((id) => `${id}#${this.items.get(id).terms_key}`)];
  }

  /** Ungraded outputs that the server no longer offers are somebody else's now, or gone. */
  forgetStale(listed) {
    for (const [id] of this.items) {
      const keep = listed.has(id) || id === this.shown || this.pending(id) || this.grade(id);
      if (!keep) this.items.delete(id);
    }
    for (const id of this.order()) {
      if (this.items.size <= MOST_KNOWN) break;
      if (id !== this.shown && !listed.has(id)) this.items.delete(id);
    }
  }

  order() {
    return [...this.items.values()]
      .sort((a, b) => a.position - b.position)
      .map((item) => item.output_id);
  }

  get lastPosition() {
    return this.item?.position ?? this.place - 1;
  }

  /** Show the output that is wanted, else the next ungraded one after a position, else nothing. */
  showNext(position) {
    if (this.wanted !== null) {
      const isHere = this.items.has(this.wanted);
      this.shown = isHere ? this.wanted : null;
      if (!isHere && this.pending(this.wanted)) return; // it comes when its undo is stored
      this.wanted = null;
      if (isHere) return;
    }
    const open = this.order().filter((id) => !this.grade(id));
    const later = open.find((id) => this.items.get(id).position > position);
    this.shown = later ?? open[0] ?? null;
  }

  /** Record an act on one output; `ids` are the events that it made. */
  say(outputId, grade, ids) {
    const before = this.grade(outputId);
    this.history.push({ output_id: outputId, ids, before, value: grade.value, level: grade.level ?? null });
    this.history.splice(0, this.history.length - MOST_HISTORY);
    this.said.set(outputId, grade);
  }

  /** Record the grade of one criterion or field. */
  sayMark(outputId, partId, grade) {
    this.history.push({ output_id: outputId, ids: [grade.client_id], before: this.mark(outputId, partId), value: grade.value, part: partId });
    this.history.splice(0, this.history.length - MOST_HISTORY);
    this.setMark(outputId, partId, grade);
  }

  setMark(outputId, partId, grade) {
    if (!this.marked.has(outputId)) this.marked.set(outputId, new Map());
    this.marked.get(outputId).set(partId, grade);
  }

  /** Make the latest act the owner of one more event and change its grade (a note came after). */
  amend(outputId, grade, id) {
    const act = this.history.findLast((one) => one.output_id === outputId && !one.part);
    act.ids.push(id);
    this.said.set(outputId, grade);
  }

  /** Take back the latest act and show its output again; returns the act, or null. */
  takeBack() {
    const act = this.history.pop() ?? null;
    if (act === null) return null;
    const undone = act.part ? this.mark(act.output_id, act.part) : this.grade(act.output_id);
    this.takenBack.push({ ...act, undone });
    if (act.part) this.setMark(act.output_id, act.part, act.before);
    else this.said.set(act.output_id, act.before);
    if (this.items.has(act.output_id)) this.shown = act.output_id;
    else {
      this.shown = null;
      this.wanted = act.output_id;
    }
    return act;
  }

  /** Look at the output before (-1) or after (+1) the one on screen; false at either end. */
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
    for (const [id, grade] of this.said) {
      if (!this.pending(id)) continue;
      const before = Boolean(this.items.get(id)?.current);
      done += Number(Boolean(grade)) - Number(before);
    }
    return Math.max(0, Math.min(done, this.total));
  }

  /** Forget what was said about an output, so that the server's word counts. */
  unsay(outputId) {
    this.said.delete(outputId);
  }
}
