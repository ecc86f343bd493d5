/**
 * Timers with names.
 *
 * @module
 */

export class Timers {
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  /**
   * Act after some time, instead of what was to be done under that name.
   *
   * @param {string} name
   * @param {number} milliseconds
   * @param {() => void} act
   */
  after(name, milliseconds, act) {
    this.cancel(name);
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      act();
    }, milliseconds);
    this.#timers.set(name, timer);
  }

  /**
   * @param {string} name
   * @returns {boolean} whether something is still to be done under it
   */
  has(name) {
    return this.#timers.has(name);
  }

  /**
   * @param {string} name
   */
  cancel(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  /** Do none of it. */
  clear() {
    for (const name of [...this.#timers.keys()]) this.cancel(name);
  }
}
