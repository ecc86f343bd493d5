/**
 * Notices that nothing arrives any more, long before the browser does. Pure.
 *
 * While pictures move, messages come many times a second; a picture that stays brings one every
 * 2.5 s. What is overdue is asked for, and is missing when there is no answer either.
 *
 * @module
 */

/** Milliseconds without a message after which one is asked for: while many come, and else. */
const OVERDUE = 600;
const OVERDUE_AT_REST = 2600;
/** So many within so many milliseconds are many. */
const MANY = 4;
const WITHIN = 1000;
/** Milliseconds after which it is asked again, and after which there is no answer. */
const AGAIN = 300;
const NO_ANSWER = 1000;
/** Milliseconds without a look after which the computer must have slept. */
const SLEPT = 5000;

/** @typedef {"ask" | "silent" | null} Finding what is to be done; null for nothing */

export class Silence {
  /** @type {number[]} when the newest messages came */
  #heard = [];
  #since;
  /** @type {number | null} when it was asked first, and last */
  #asked = null;
  #askedLast = -Infinity;
  #looked;

  /** @param {number} now milliseconds */
  constructor(now) {
    this.#since = this.#looked = now;
  }

  /**
   * Something has arrived.
   *
   * @param {number} now
   */
  heard(now) {
    this.#since = now;
    this.#asked = null;
    this.#heard.push(now);
    if (this.#heard.length > MANY) this.#heard.shift();
  }

  /** When something arrived last. */
  get since() {
    return this.#since;
  }

  /**
   * The network may have changed: ask at once.
   *
   * @param {number} now
   */
  suspect(now) {
    this.#asked ??= now;
  }

  /**
   * To be called a few times a second.
   *
   * @param {number} now
   * @param {boolean} hidden whether nobody sees the page: then little comes, and timers are late
   * @returns {Finding}
   */
  look(now, hidden) {
    const slept = now - this.#looked > SLEPT;
    this.#looked = now;
    if (hidden) {
      this.#since = now;
      this.#asked = null;
      return null;
    }
    if (slept) return "silent";
    const [first = 0] = this.#heard;
    const many = this.#heard.length === MANY && this.#since - first < WITHIN;
    if (this.#asked === null && now - this.#since > (many ? OVERDUE : OVERDUE_AT_REST)) {
      this.#asked = now;
    }
    if (this.#asked === null) return null;
    if (now - this.#asked > NO_ANSWER) return "silent";
    if (now - this.#askedLast < AGAIN) return null;
    this.#askedLast = now;
    return "ask";
  }
}
