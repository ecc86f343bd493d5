/**
 * Notices that frames which the server says it has sent do not arrive. Pure.
 *
 * @module
 */

/** Milliseconds in which at least one of the frames has to arrive; and between words of one run. */
const LIMIT = 700;
/**
 * So many words of the server in a row: the frame that one tells of may have been counted before it, and
 * that of one after a rest not yet.
 */
const ENOUGH = 2;

export class Outage {
  /** @type {number | null} what had arrived when it was looked last */
  #arrived = null;
  /** Since when sent frames are missing, as far as the words of one run tell. */
  #since = 0;
  #toldAt = -Infinity;
  /** How many times the server has said that it sent frames, and nothing had arrived. */
  #missed = 0;

  /** What was missing was missing on another connection. */
  clear() {
    this.#arrived = null;
    this.#missed = 0;
    this.#toldAt = -Infinity;
  }

  /** Whether frames are missing now, so that it is worth looking again soon. */
  get isSuspected() {
    return this.#missed >= ENOUGH;
  }

  /**
   * @param {number} arrived a number that changes with everything that arrives
   * @param {number} now milliseconds
   * @param {boolean} told whether the server says that it has sent frames since it said so before;
   *   else it is looked again
   * @returns {boolean} whether nothing has arrived for too long
   */
  look(arrived, now, told) {
    if (arrived !== this.#arrived) {
      this.#arrived = arrived;
      this.#missed = 0;
      return false;
    }
    if (told) {
      if (this.#missed === 0 || now - this.#toldAt > LIMIT) this.#since = now;
      this.#missed += 1;
      this.#toldAt = now;
    }
    return this.isSuspected && now - this.#since >= LIMIT;
  }
}
