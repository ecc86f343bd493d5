/**
 * Whether exact pixels are wanted, here or by the program, and what shows them: that is loaded when
 * they are.
 *
 * @module
 */

/** @typedef {import("./handover.js").Handover} Connection */
/** @typedef {import("./exact.js").Exact} Exact */
/** @typedef {import("./exact-image.js").ImageHeader} ImageHeader */
/** @typedef {import("./identities.js").Identities} Identities */
/** @typedef {import("./screen.js").Screen} Screen */

/**
 * @typedef {({type: "image"} & ImageHeader)
 *   | {type: "piece", data: ArrayBuffer}
 *   | {type: "cancel", picture: number}} ExactMessage
 */

export class ExactPixels {
  #screen;
  #identities;
  #connection;
  #onchange;
  /** @type {boolean | null} */
  #wanted = null;
  #served = false;
  /** @type {Exact | null} null until they are wanted for the first time */
  #exact = null;

  /**
   * @param {Screen} screen
   * @param {Identities} identities of the frames on it
   * @param {() => Connection | null} connection
   * @param {() => void} onchange whether they are wanted, or whether they are seen
   */
  constructor(screen, identities, connection, onchange) {
    this.#screen = screen;
    this.#identities = identities;
    this.#connection = connection;
    this.#onchange = onchange;
  }

  /** Whether a picture that has settled is to be shown with its very pixels. */
  get on() {
    return this.#wanted ?? this.#served;
  }

  /** @param {boolean | null} wanted here; null leaves it to the program */
  set wanted(wanted) {
    this.#wanted = wanted;
    this.#choose();
  }

  /** @param {boolean} served whether the program wants them, as a new connection tells */
  set served(served) {
    this.#served = served;
    this.#choose();
  }

  /** A canvas with the very pixels of the picture while they are on the screen, else null. */
  get canvas() {
    return this.#exact?.shown ? this.#screen.exact : null;
  }

  /** @param {ExactMessage} message */
  take(message) {
    switch (message.type) {
      case "image":
        return this.#exact?.begin(message);
      case "piece":
        return this.#exact?.add(message.data);
      case "cancel":
        return this.#exact?.cancel(message.picture);
    }
  }

  /** More may be known of the frame on the screen. */
  identified() {
    // What froze with its connection stays in sight until the next one's picture comes.
    if (this.#screen.frozen) return;
    this.#exact?.look(this.#identities.onScreen?.content ?? null);
  }

  /** The connection is gone: what is in sight stays until a frame of the next one comes. */
  forget() {
    this.#exact?.forget();
  }

  /** Let all of it go. */
  clear() {
    this.#exact?.clear();
  }

  async #choose() {
    if (this.on && !this.#exact) {
      const { Exact } = await import("./exact.js");
      this.#exact ??= new Exact(
        this.#screen.exact,
        (message) => this.#connection()?.channels.exact(message),
        this.#onchange,
      );
    }
    if (this.on) this.identified();
    else this.clear();
    this.#connection()?.channels.app({ type: "exact", on: this.on });
    this.#onchange();
  }
}
