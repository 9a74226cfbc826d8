// The grades of an offline pack: what the browser keeps of them, and what the card is told of them in
// the server's place. No DOM.

/** Presses as they are stored, each with the moment `at` which it came. */
export class Record {
  /**
   * `items` are the pack's outputs; `keep` is the browser's storage.
   * @param {Item[]} items
   * @param {import("./queue.js").Keep} keep
   */
  constructor(items, keep) {
    this.items = items;
    this.keep = keep;
  }

  /** All presses in order, those of another tab with the same pack too. */
  get events() {
    return this.keep.all("graded/").sort((a, b) => (a.at < b.at ? -1 : 1));
  }

  /**
   * Take in presses; the same press may come again.
   * @param {Press[]} events
   */
  add(events) {
    let latest = Date.parse(this.events.at(-1)?.at ?? "1970");
    for (const event of events) {
      const name = `graded/${event.client_id}`;
      if (this.keep.get(name) !== null) continue;
      latest = Math.max(Date.now(), latest + 1); // a clock set back must not reorder
      this.keep.put(name, { ...event, at: new Date(latest).toISOString() });
    }
  }

  /** Output id -> part (a criterion's id or a pointer; "" for the whole) -> the grade that counts. */
  grades() {
    const { events } = this;
    const undone = new Set(events.filter((event) => event.value === "undone").map((event) => event.supersedes));
    const grades = new Map();
    for (const event of events) {
      if (event.value === "undone" || undone.has(event.client_id)) continue;
      if (!grades.has(event.output_id)) grades.set(event.output_id, new Map());
      grades.get(event.output_id).set(event.criterion_id ?? event.field ?? "", event);
    }
    return grades;
  }

  /**
   * What the card is told: the outputs with their grades, and where to go on.
   * @param {string[]} acknowledged
   */
  news(acknowledged) {
    const grades = this.grades();
    const items = this.items.map((item) => {
      const { "": current = null, ...marks } = Object.fromEntries(grades.get(item.output_id) ?? []);
      return { ...item, current, marks };
    });
    const done = items.filter((item) => item.current).length;
    const place = items.find((item) => !item.current)?.position ?? items.length + 1;
    return { items, place, done, total: items.length, acknowledged, refused: {} };
  }
}
