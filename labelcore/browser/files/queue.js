// The presses that the server has not acknowledged: in memory, and in the browser's storage so that
// a reload, a lost connection or a restarted server loses none. Each press has a key in
// the storage, so that two tabs never overwrite each other.

const FIRST_WAIT = 3000;
const LONGEST_WAIT = 15000;
const MOST_AT_ONCE = 200;

/** A new idempotency key. randomUUID exists on secure origins only; plain http needs the other. */
export function newClientId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What the browser keeps for one person in one project; what it refuses lasts as long as the page. */
export class Keep {
  /**
   * @param {string} project
   * @param {string} annotator
   */
  constructor(project, annotator) {
    this.prefix = `labelcore.grading/${JSON.stringify([project, annotator])}/`;
    this.works = true;
    /** @type {Map<string, any>} */
    this.refused = new Map();
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  put(name, value) {
    try {
      localStorage.setItem(this.prefix + name, JSON.stringify(value));
      this.refused.delete(name);
    } catch {
      this.works = false;
      this.refused.set(name, value);
    }
  }

  /** @param {string} name */
  get(name) {
    if (this.refused.has(name)) return this.refused.get(name);
    try {
      return JSON.parse(localStorage.getItem(this.prefix + name) ?? "null");
    } catch {
      return null;
    }
  }

  /** @param {string} name */
  drop(name) {
    this.refused.delete(name);
    try {
      localStorage.removeItem(this.prefix + name);
    } catch {
      this.works = false;
    }
  }

  /**
   * All values whose names begin so.
   * @param {string} start
   */
  all(start) {
    const names = new Set(this.refused.keys());
    try {
      for (const name of Object.keys(localStorage)) {
        if (name.startsWith(this.prefix)) names.add(name.slice(this.prefix.length));
      }
    } catch {
      this.works = false;
    }
    return [...names].filter((name) => name.startsWith(start)).map((name) => this.get(name)).filter((value) => value !== null);
  }
}

export class Queue {
  /**
   * `send(events)` hands events to the server, or returns false while it cannot; `changed()` is called when the state does.
   * @param {import("./queue.js").Keep} keep
   * @param {{ send: (events: Press[]) => boolean | void, changed: () => void }} given
   */
  constructor(keep, { send, changed }) {
    this.keep = keep;
    this.send = send;
    this.changed = changed;
    /** @type {Map<string, Press>} */
    this.waiting = new Map();
    this.tries = 0;
    this.everSaved = false;
    this.timer = 0;
    this.isClosed = false;
    const earlier = keep.all("event/").filter((event) => event.client_id && event.output_id);
    for (const event of earlier.sort((a, b) => a.at - b.at)) {
      this.waiting.set(event.client_id, event);
    }
    this.latest = Math.max(0, ...earlier.map((event) => event.at || 0));
  }

  get size() {
    return this.waiting.size;
  }

  /** Of how many outputs presses wait: what people count. */
  get outputs() {
    return new Set([...this.waiting.values()].map((event) => event.output_id)).size;
  }

  /** "ready" before the first press, then "saving", "saved", or "failing" after a vain try. */
  get state() {
    if (this.size === 0) return this.everSaved ? "saved" : "ready";
    return this.tries > 1 || !navigator.onLine ? "failing" : "saving";
  }

  /** @param {string} outputId */
  concerns(outputId) {
    return [...this.waiting.values()].some((event) => event.output_id === outputId);
  }

  /**
   * Keep these presses and send everything that waits.
   * @param {...Press} events
   */
  add(...events) {
    for (const event of events) {
      this.latest = Math.max(Date.now(), this.latest + 1); // a clock set back must not reorder
      const kept = { ...event, at: this.latest };
      this.keep.put(`event/${event.client_id}`, kept);
      this.waiting.set(event.client_id, kept);
    }
    this.tries = this.tries > 1 ? 1 : 0; // a press in good time is "saving", one after a vain try is not
    this.flush();
  }

  /**
   * Forget what the server has stored.
   * @param {string[]} clientIds
   */
  acknowledge(clientIds) {
    const known = clientIds.filter((id) => this.waiting.has(id));
    for (const id of known) this.forget(id);
    if (known.length === 0) return;
    this.everSaved = true;
    this.tries = 0;
    if (this.size > 0 && !this.timer) this.flush();
  }

  /**
   * Take out a press that the server can never store; returns it, or undefined.
   * @param {string} clientId
   */
  refuse(clientId) {
    const event = this.waiting.get(clientId);
    if (event) this.forget(clientId);
    return event;
  }

  /** @param {string} id */
  forget(id) {
    this.waiting.delete(id);
    this.keep.drop(`event/${id}`);
    if (this.size === 0) this.stop();
    this.changed();
  }

  /**
   * Send all that waits now, and again after a growing while until it is acknowledged.
   * @param {boolean} [isLate]
   */
  flush(isLate = false) {
    this.stop();
    if (this.size === 0) return;
    const batch = [...this.waiting.values()].slice(0, MOST_AT_ONCE);
    const isSent = this.send(batch.map(({ at: _, ...event }) => event));
    if (isSent !== false || isLate) this.tries += 1;
    if (this.isClosed) return;
    const wait = Math.min(FIRST_WAIT * 2 ** Math.max(0, this.tries - 1), LONGEST_WAIT);
    this.timer = setTimeout(() => this.flush(true), wait * (0.9 + 0.2 * Math.random()));
    this.changed();
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  /** The card is left: no more tries; what is not acknowledged stays in the browser's storage. */
  close() {
    this.isClosed = true;
    this.stop();
  }
}
