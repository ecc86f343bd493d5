/**
 * The newest messages on `input`, in case that they were sent in vain. Pure.
 *
 * @module
 */

/** @typedef {import("../input/input-writer.js").Fields} Fields */

/** Milliseconds for which they are kept: more than it takes to notice that nothing gets through. */
const KEPT = 3000;

export class RecentInput {
  /** @type {{fields: Fields, at: number}[]} */
  #messages = [];

  /**
   * @param {Fields} fields a message that is being sent
   * @param {number} now milliseconds
   */
  keep(fields, now) {
    this.#messages.push({ fields, at: now });
    this.#forget(now);
  }

  /**
   * @param {number} now milliseconds
   * @returns {Fields[]} in their order
   */
  since(now) {
    this.#forget(now);
    return this.#messages.map(({ fields }) => fields);
  }

  /** @param {number} now */
  #forget(now) {
    const first = this.#messages.findIndex(({ at }) => now - at <= KEPT);
    this.#messages.splice(0, first < 0 ? this.#messages.length : first);
  }
}
