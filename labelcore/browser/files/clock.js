// How long each output was visible, in milliseconds.

export class Clock {
  constructor() {
    this.visibleFor = new Map(); // output_id -> milliseconds on screen so far
    this.onScreen = null;
  }

  /** Count the time since the last call for the output on screen; returns its time so far. */
  tick() {
    const now = performance.now();
    const passed = this.since === undefined || this.wasHidden ? 0 : now - this.since;
    const total = (this.visibleFor.get(this.onScreen) ?? 0) + passed;
    if (this.onScreen) this.visibleFor.set(this.onScreen, total);
    this.since = now;
    this.wasHidden = document.hidden;
    return total;
  }

  /**
   * Another output is on screen from now on.
   * @param {string | null} outputId
   */
  turnTo(outputId) {
    this.tick();
    this.onScreen = outputId;
    this.shownAt = Date.now();
  }

  /** The moment at which the output on screen appeared, as ISO text. */
  get appeared() {
    return new Date(this.shownAt ?? Date.now()).toISOString();
  }
}
