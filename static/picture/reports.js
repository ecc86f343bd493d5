/**
 * What a page tells the server of its screen: when frames were shown, and what time it is here.
 *
 * @module
 */

import { Presented } from "./presented.js";

/** @typedef {import("../input/input-writer.js").Fields} Fields */
/** @typedef {import("./screen.js").Meeting} Meeting */

/** Milliseconds after which few frames are told of, too. */
const LATEST = 250;

export class Reports {
  #send;
  #presented = new Presented();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(message: Fields) => void} send sends a message on `frames` */
  constructor(send) {
    this.#send = send;
  }

  /**
   * @param {number} rtpTimestamp of a frame that came onto the screen
   * @param {Meeting} meeting
   */
  shown(rtpTimestamp, meeting) {
    const report = this.#presented.add(rtpTimestamp, meeting);
    if (report) this.#tell(report);
    else this.#timer ??= setTimeout(() => this.#tell(this.#presented.take()), LATEST);
  }

  /** @param {number} ping the number of the server's question for the time */
  answer(ping) {
    this.#send({ type: "pong", ping, t: performance.now() / 1000 });
  }

  /** Forget what was not told: the frames of another connection have other timestamps. */
  clear() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#presented = new Presented();
  }

  /** @param {import("./presented.js").Report | null} report */
  #tell(report) {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (report) this.#send(report);
  }
}
