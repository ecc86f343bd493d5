/**
 * How long pictures wait for the display: from frames that were shown to messages. Pure.
 *
 * @module
 */

/** Frames in a message; those that a lost message told are told again by the next one. */
const REPEATED = 8;
/** New frames that are worth a message. */
const WORTH = 4;
/** Refreshes from which the interval is guessed at first. */
const FIRST = 8;
/** Refreshes over which the interval is then measured. */
const SPAN = 30;
/** Milliseconds without a frame after which the display may have changed. */
const PAUSE = 1000;

/**
 * The interval between two refreshes of the display, in milliseconds.
 *
 * What one refresh tells is rounded and late by turns; over many of them it is exact.
 */
export class RefreshInterval {
  /** @type {number | null} */
  #milliseconds = null;
  /** @type {number[] | null} refreshes in a row, from which it is guessed; null once it is */
  #row = [];
  #anchor = -Infinity;
  #last = -Infinity;

  /** @returns {number | null} null as long as it is not known */
  get milliseconds() {
    return this.#milliseconds;
  }

  /** Whether some refreshes in a row are wanted, by `addEach`. */
  get wantsEach() {
    return this.#row !== null;
  }

  /** @param {number} now when one refresh of a row began, as requestAnimationFrame tells it */
  addEach(now) {
    if (!this.#row) return;
    this.#row.push(now);
    if (this.#row.length <= FIRST) return;
    const gaps = this.#row.slice(1).map((at, index) => at - (this.#row?.[index] ?? at));
    gaps.sort((one, other) => one - other);
    this.#milliseconds = gaps[FIRST / 2] || this.#milliseconds;
    this.#row = null;
    this.#anchor = now;
  }

  /** @param {number} now when a refresh began that showed a frame, not always the next one */
  add(now) {
    // The page may have been elsewhere meanwhile, on another display too.
    if (now - this.#last > PAUSE) this.#row ??= [];
    this.#last = now;
    if (this.#row || !this.#milliseconds) return;
    const refreshes = Math.round((now - this.#anchor) / this.#milliseconds);
    if (refreshes > 4 * SPAN) this.#anchor = now;
    else if (refreshes >= SPAN) this.#milliseconds = (now - this.#anchor) / refreshes;
  }
}

/** Collects frames that were shown, and makes messages of them. */
export class Presented {
  /** @type {[number, number][]} */
  #frames = [];
  #untold = 0;

  /**
   * @param {number} rtpTimestamp
   * @param {number} waited milliseconds from when the frame was decoded until it was shown
   * @param {number} interval milliseconds between two refreshes
   * @returns {{type: string, interval: number, frames: [number, number][]} | null} what to send
   */
  add(rtpTimestamp, waited, interval) {
    this.#frames.push([rtpTimestamp, seconds(waited)]);
    if (this.#frames.length > REPEATED) this.#frames.shift();
    if (++this.#untold < WORTH) return null;
    this.#untold = 0;
    return { type: "presented", interval: seconds(interval), frames: [...this.#frames] };
  }
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return Math.round(milliseconds * 1000) / 1e6;
}
