// How presses reach the server. A separate request is answered in a few milliseconds; Streamlit's
// trigger runs the whole page, and is what remains where there is no such address, or the page is of
// an earlier server. One request at a time, so that an older answer never overtakes a newer one.

const PATIENCE = 8000;
const MOST_KEPT_ALIVE = 60_000; // characters of a request that a browser finishes though its page is closed

export class Line {
  /**
   * `answered(data)` takes an answer; `free()` is called when presses may be sent that came meanwhile.
   * @param {{ answered: (data: News) => void, free: () => void }} given
   */
  constructor({ answered, free }) {
    this.answered = answered;
    this.free = free;
    /** @type {PressRoute | null} */
    this.route = null;
    /** @type {Trigger} */
    this.trigger = () => {};
    /** @type {string | null} */
    this.closed = null; // a token that the server has refused
    this.isBusy = false;
    this.isWanted = false;
    this.isStopped = false;
  }

  /**
   * What the page offers with a run: its trigger, and an address with a token (or null).
   * @param {PressRoute | null} route
   * @param {Trigger} trigger
   */
  offer(route, trigger) {
    this.route = route && route.token !== this.closed ? route : null;
    this.trigger = trigger;
  }

  /**
   * Send now, or return false: what is on its way is answered first.
   * @param {Payload} payload
   */
  send(payload) {
    if (this.isBusy) {
      this.isWanted = true;
      return false;
    }
    if (this.route) this.post(payload, this.route);
    else this.run(payload);
    return true;
  }

  /**
   * Send with a run of the page.
   * @param {Payload} payload
   */
  run(payload) {
    try {
      this.trigger("graded", payload);
    } catch (error) {
      console.warn("The grading card could not send and will try again.", error);
    }
  }

  /**
   * @param {Payload} payload
   * @param {PressRoute} route
   */
  async post(payload, route) {
    this.isBusy = true;
    const answer = await this.ask(payload, route);
    const isWanted = this.isWanted;
    this.isBusy = this.isWanted = false;
    if (answer) this.answered(answer);
    else if (this.isStopped) return;
    else this.run(payload);
    if (isWanted) this.free();
  }

  /**
   * The server's answer, or null where the page must be run instead.
   * @param {Payload} payload
   * @param {PressRoute} route
   */
  async ask(payload, { path, token }) {
    const body = JSON.stringify(payload);
    try {
      const response = await fetch(path, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body,
        keepalive: body.length * 3 < MOST_KEPT_ALIVE,
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (response.ok) return await response.json();
      if ([401, 404, 405].includes(response.status)) {
        this.closed = token;
        this.route = null;
      }
    } catch {
      // No connection: the trigger fails too, and the queue tries again.
    }
    return null;
  }

  /** The card is left: what is on its way may still arrive, but no page is run for it. */
  stop() {
    this.isStopped = true;
  }
}
