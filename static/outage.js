/**
 * Notices that frames which the server says it has sent do not arrive. Pure.
 *
 * @module
 */

/** Milliseconds in which at least one of the frames has to arrive. */
const LIMIT = 700;
/** What the server tells first may have arrived and been counted before: so many times in a row tell of more. */
const ENOUGH = 2;

export class Outage {
  /** @type {number | null} what had arrived when it was looked last */
  #arrived = null;
  /** Since when sent frames are missing. */
  #since = 0;
  /** How many times the server has said that it sent frames, and nothing had arrived. */
  #missed = 0;

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
    if (told) this.#missed += 1;
    if (this.#missed <= 1) this.#since = now;
    return this.isSuspected && now - this.#since >= LIMIT;
  }
}
