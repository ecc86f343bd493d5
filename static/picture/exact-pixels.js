/**
 * Whether exact pixels are wanted, here or by the program, whether they can be shown, and what shows
 * them: that is loaded when they are wanted.
 *
 * @module
 */

/** @typedef {import("../session/handover.js").Handover} Connection */
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
  /** Whether the browser tells which frame is on the screen, as far as is known. */
  #identifiable = true;
  /** Whether they could not be shown since they were chosen. */
  #failed = false;
  /** @type {Exact | null} null until they are wanted for the first time */
  #exact = null;
  /** @type {ExactMessage[]} those of the newest image that came before there was anything to show it */
  #early = [];

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

  /** @param {boolean} identifiable whether the browser told which frame has come onto the screen */
  set identifiable(identifiable) {
    if (identifiable === this.#identifiable) return;
    this.#identifiable = identifiable;
    if (this.on) this.#ask();
  }

  /** A canvas with the very pixels of the picture while they are on the screen, else null. */
  get canvas() {
    return this.#exact?.shown ? this.#screen.exact : null;
  }

  /** @param {ExactMessage} message */
  take(message) {
    if (!this.#asks) return;
    if (this.#exact) return take(this.#exact, message);
    if (message.type === "image") this.#early = [];
    this.#early.push(message);
  }

  /** More may be known of the frame on the screen. */
  identified() {
    // What froze with its connection stays in sight until the next one's picture comes.
    if (this.#screen.frozen) return;
    this.#exact?.look(this.#identities.onScreen?.content ?? null);
  }

  /** The connection is gone: what is in sight stays until a frame of the next one comes. */
  forget() {
    this.#early = [];
    this.#exact?.forget();
  }

  /** Let all of it go. */
  clear() {
    this.#early = [];
    this.#exact?.clear();
  }

  #choose() {
    this.#failed = false;
    this.#ask();
    if (!this.on) this.clear();
    else if (this.#exact) this.identified();
    else void this.#load();
    this.#onchange();
  }

  /** Whether the server is to send them: where they cannot be shown it refines the video. */
  get #asks() {
    return this.on && this.#identifiable && !this.#failed;
  }

  #ask() {
    this.#connection()?.channels.app({ type: "exact", on: this.#asks });
  }

  /** The server is asked meanwhile, as the video comes first. */
  async #load() {
    try {
      // Both at once: the second is found otherwise when the first is there.
      const [{ Exact }] = await Promise.all([import("./exact.js"), import("./exact-image.js")]);
      this.#exact ??= new Exact(this.#screen.exact, {
        send: (message) => this.#connection()?.channels.exact(message),
        onchange: this.#onchange,
        onfailure: (why) => this.#fail(why),
      });
    } catch (error) {
      return this.#fail(`What shows exact pixels cannot be loaded. ${error}`);
    }
    for (const message of this.#early.splice(0)) take(this.#exact, message);
    this.identified();
  }

  /** @param {string} why one sentence */
  #fail(why) {
    console.warn(`rtc-canvas: ${why} The video is shown instead.`);
    this.#failed = true;
    this.clear();
    if (this.on) this.#ask();
  }
}

/**
 * @param {Exact} exact
 * @param {ExactMessage} message
 */
function take(exact, message) {
  switch (message.type) {
    case "image":
      return exact.begin(message);
    case "piece":
      return exact.add(message.data);
    case "cancel":
      return exact.cancel(message.picture);
  }
}
