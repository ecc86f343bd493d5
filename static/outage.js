/**
 * Notices that frames which the server says it has sent do not arrive. Pure.
 *
 * @module
 */

/** Milliseconds in which at least one of the frames has to arrive. */
const LIMIT = 700;

export class Outage {
  /** @type {number | null} what had arrived when it was looked last */
  #arrived = null;
  /** @type {number | null} since when sent frames are missing */
  #since = null;

  /** Whether frames are missing now, so that it is worth looking again soon. */
  get isSuspected() {
    return this.#since !== null;
  }

  /**
   * The server says that it has sent frames since it said so before, or it is looked again.
   *
   * @param {number} arrived a number that changes with everything that arrives
   * @param {number} now milliseconds
   * @returns {boolean} whether nothing has arrived for too long
   */
  look(arrived, now) {
    if (arrived !== this.#arrived) {
      this.#arrived = arrived;
      this.#since = null;
      return false;
    }
    this.#since ??= now;
    return now - this.#since >= LIMIT;
  }
}
