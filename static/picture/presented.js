/**
 * When pictures came onto the display: from frames that were shown to messages. Pure.
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
/** Milliseconds after which some refreshes in a row are looked at again. */
const AGAIN = 5000;
/** The share of an interval by which that of the same display may seem to differ. */
const SAME = 0.05;
/** So many frames in a row at whole milliseconds, and the clock has no finer ones: Chromium's has one in ten there. */
const WHOLE = 4;

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
  #guessed = -Infinity;
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
    const guess = gaps[FIRST / 2] || this.#milliseconds;
    const known = this.#milliseconds ?? 0;
    // What was measured over many is more exact.
    if (guess && Math.abs(guess - known) > SAME * guess) this.#milliseconds = guess;
    this.#row = null;
    this.#anchor = this.#guessed = now;
  }

  /** @param {number} now when a refresh began that showed a frame, not always the next one */
  add(now) {
    // The page may have been elsewhere meanwhile, on another display too; or its window is moved to one.
    if (now - this.#last > PAUSE || now - this.#guessed > AGAIN) this.#row ??= [];
    this.#last = now;
    if (this.#row || !this.#milliseconds) return;
    const refreshes = Math.round((now - this.#anchor) / this.#milliseconds);
    if (refreshes > 4 * SPAN) this.#anchor = now;
    else if (refreshes >= SPAN) this.#milliseconds = (now - this.#anchor) / refreshes;
  }
}

/**
 * How long frames wait for a refresh. Firefox rounds the page's clock to whole milliseconds, up or
 * down, but not when refreshes begin: what seems to have come within one of those after the refresh
 * was there for it.
 */
export class Waits {
  /** How many frames in a row have come at a whole millisecond. */
  #whole = 0;

  /**
   * @param {number} now when the refresh began, milliseconds
   * @param {number} came when the frame did, on the page's clock
   * @param {number} [decoding] milliseconds that it took then
   * @returns {number} milliseconds; negative where the refresh had begun before
   */
  of(now, came, decoding = 0) {
    this.#whole = Number.isInteger(came) ? this.#whole + 1 : 0;
    const waited = now - came - decoding;
    return this.#whole >= WHOLE && waited > -1 ? Math.max(waited, 0) : waited;
  }
}

/**
 * Which refresh showed a frame. Where a page draws nothing but this video, Chromium tells of the last
 * refresh, before there was a frame to show: it is the next one then.
 *
 * @param {number} now when the refresh began, as the browser tells it, milliseconds
 * @param {number | null} waited from when the frame was decoded until then; null where nobody knows
 * @param {number | null} interval between two refreshes; null while it is not known
 * @returns {{shown: number, waited: number | null}} when it began that showed the frame
 */
export function shownAt(now, waited, interval) {
  if (waited === null || interval === null || waited >= 0) return { shown: now, waited };
  const later = Math.ceil(-waited / interval) * interval;
  return { shown: now + later, waited: waited + later };
}

/**
 * A frame on the screen: its RTP timestamp, the seconds that it waited, decoded, for the refresh that
 * showed it (null where the browser does not tell), and when that refresh began on the page's clock.
 *
 * @typedef {[rtpTimestamp: number, waited: number | null, shown: number]} ShownFrame
 */

/** @typedef {{type: "presented", interval: number | null, frames: ShownFrame[]}} Report */

/** Collects frames that were shown, and makes messages of them. */
export class Presented {
  /** @type {ShownFrame[]} */
  #frames = [];
  /** @type {number | null} */
  #interval = null;
  #untold = 0;

  /**
   * @param {number} rtpTimestamp
   * @param {import("./screen.js").Meeting} meeting
   * @returns {Report | null} what to send now
   */
  add(rtpTimestamp, { waited, shown, interval }) {
    this.#frames.push([rtpTimestamp, secondsOrNull(waited), seconds(shown)]);
    if (this.#frames.length > REPEATED) this.#frames.shift();
    this.#interval = secondsOrNull(interval);
    this.#untold += 1;
    return this.#untold < WORTH ? null : this.take();
  }

  /** @returns {Report | null} what has not been told, however little it is */
  take() {
    if (!this.#untold) return null;
    this.#untold = 0;
    return { type: "presented", interval: this.#interval, frames: [...this.#frames] };
  }
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return Math.round(milliseconds * 1000) / 1e6;
}

/** @param {number | null} milliseconds */
function secondsOrNull(milliseconds) {
  return milliseconds === null ? null : seconds(milliseconds);
}
