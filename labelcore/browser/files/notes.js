// What people write beside a grade: notes, the corrected text, marked words. Until there is a grade
// they wait in the browser's storage; then they travel with it.
import { whole } from "./text.js";

export class Notes {
  /**
   * `card` gives deck, keep and view, and makes the grades: grade(item, answer, note), amend(…), advance(), show().
   * @param {import("./card.js").Card} card
   */
  constructor(card) {
    this.card = card;
    /** @type {Part | null} */
    this.part = null; // that the open note is about, where it is not the whole
  }

  get box() {
    return this.card.view.note;
  }

  /** A note written before the grade; it is stored with the grade. */
  attached() {
    const { deck, keep } = this.card;
    return deck.shown === null ? "" : keep.get(`note/${deck.shown}`) ?? "";
  }

  inForce() {
    const { deck } = this.card;
    return deck.grade(deck.shown)?.note || this.attached();
  }

  /**
   * @param {NoteKind} kind
   * @param {string} text
   * @param {string | null} code
   * @param {Part | null} [part]
   */
  open(kind, text, code, part = null) {
    this.part = part;
    this.card.show();
    this.box.open(kind, text, code, part?.name);
    this.card.ground.measure();
    this.keepInView();
  }

  /** The output that the note is about stands above the dock. */
  keepInView() {
    const { ground, view } = this.card;
    const output = view.body.querySelector(".output");
    if (this.box.isOpen && output) ground.bringAbove(output, view.dock);
  }

  close() {
    if (!this.box.isOpen) return;
    this.part = null;
    this.card.keep.drop("draft");
    this.box.close();
  }

  /** @param {string} typed */
  save(typed) {
    const { part } = this;
    const isFail = this.box.kind === "fail";
    this.settle(typed.trim());
    this.goOn(isFail, part);
  }

  /**
   * @param {boolean} isFail
   * @param {Part | null} part
   */
  goOn(isFail, part) {
    if (part) this.card.asking.next();
    else if (isFail) this.card.advance();
    else this.card.show();
  }

  /** Something else is done while the box is open: what is typed so far stays where it belongs. */
  settleOpen() {
    if (this.box.isOpen) this.settle(this.box.field.value.trim());
  }

  /** An undo comes while the corrected text is being written: the text waits for the next grade. */
  setEditAside() {
    const { deck, keep } = this.card;
    if (!this.box.isOpen || this.box.kind !== "edit" || !deck.item) return;
    keep.put(`edit/${deck.item.output_id}`, this.box.field.value);
    this.close();
  }

  /**
   * Close the box and keep its text where it belongs: with the grade, or for the grade to come.
   * @param {string} note
   */
  settle(note) {
    const { deck } = this.card;
    const item = deck.item;
    const grade = item && deck.grade(item.output_id);
    const { kind } = this.box;
    const { part } = this;
    const mark = part && deck.mark(deck.shown, part.id);
    this.close();
    if (!item) return;
    if (part) {
      this.card.keep.drop(`note/${item.output_id}#${part.id}`);
      if (mark && note && note !== mark.note) this.card.amendPart(item, part, mark, note);
      return;
    }
    if (kind === "edit") {
      if (note && note !== whole(item.text).text.trim()) this.keepExtra(item, "edit", note);
      return;
    }
    if (!grade) this.attach(item, note);
    else if (kind === "fail") this.card.amend(item, grade, note);
    else if (note !== grade.note) this.card.grade(item, grade, note);
  }

  /**
   * @param {Item} item
   * @param {string} note
   * @param {Part | null} [part]
   */
  attach(item, note, part = null) {
    const name = `note/${item.output_id}${part ? `#${part.id}` : ""}`;
    if (note) this.card.keep.put(name, note);
    else this.card.keep.drop(name);
  }

  /**
   * What was written about a part: before its grade was taken back, or with it.
   * @param {Item} item
   * @param {Part} part
   */
  of(item, part) {
    const { deck, keep } = this.card;
    return keep.get(`note/${item.output_id}#${part.id}`) ?? deck.mark(item.output_id, part.id)?.note ?? "";
  }

  leave() {
    const { part } = this;
    const wasFail = this.box.kind === "fail";
    this.close();
    this.goOn(wasFail, part);
  }

  /**
   * Marked words and the corrected text: what waits for the grade, else what came with it.
   * @param {Item} item
   */
  extras(item) {
    const { deck, keep } = this.card;
    const id = item.output_id;
    const grade = deck.grade(id);
    return {
      spans: keep.get(`spans/${id}`) ?? grade?.spans ?? [],
      corrected_text: keep.get(`edit/${id}`) ?? grade?.corrected_text ?? null,
    };
  }

  /**
   * Everything that waited for this output's grade has gone with it.
   * @param {string} outputId
   */
  spent(outputId) {
    for (const kind of ["note", "spans", "edit"]) this.card.keep.drop(`${kind}/${outputId}`);
  }

  /** @param {Item} item */
  correctedText(item) {
    return this.extras(item).corrected_text ?? whole(item.text).text;
  }

  /**
   * The selected words become evidence of the grade, or are it no longer where they were; false when nothing is selected.
   * @param {Item} item
   */
  markSelected(item) {
    const chosen = this.card.view.marked.words().slice(0, 2000);
    if (!chosen) return false;
    this.card.view.marked.offer("");
    const { spans } = this.extras(item);
    const others = spans.filter((/** @type {Span} */ earlier) => earlier.text !== chosen);
    const start = whole(item.text).text.indexOf(chosen);
    /** @type {Span} */
    const span = { part: start < 0 ? "shown" : "output", text: chosen, start, end: start < 0 ? -1 : start + chosen.length };
    this.keepExtra(item, "spans", others.length < spans.length ? others : [...spans.slice(-19), span]);
    if (this.box.isOpen) this.box.field.focus({ preventScroll: true });
    return true;
  }

  /**
   * Keep something for the grade to come; where there is a grade, it is given again with it.
   * @param {Item} item
   * @param {"spans" | "edit"} kind
   * @param {unknown} value
   */
  keepExtra(item, kind, value) {
    const { card } = this;
    card.keep.put(`${kind}/${item.output_id}`, value);
    const grade = card.deck.grade(item.output_id);
    if (grade) card.grade(item, grade, grade.note ?? "");
    card.show();
  }
}
