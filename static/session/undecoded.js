/**
 * Notices that video comes and the browser decodes none of it: it may offer what it cannot do.
 *
 * @module
 */

/** @typedef {import("./handover.js").Handover} Connection */

/** Seconds from the first packet until something must have been decoded. */
const LIMIT = 2;
/** Milliseconds between two looks. */
const INTERVAL = 250;

export class Undecoded {
  #connection;
  #onundecoded;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** When the first packets were there. @type {number | null} */
  #since = null;

  /**
   * @param {Connection} connection
   * @param {() => void} onundecoded at most once
   */
  constructor(connection, onundecoded) {
    this.#connection = connection;
    this.#onundecoded = onundecoded;
  }

  /** Watch until the first frame was decoded. */
  watch() {
    this.#timer = setInterval(() => this.#look().catch(() => this.stop()), INTERVAL);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look() {
    const { arrived, decoded } = reception(await this.#connection.stats());
    if (this.#timer === undefined) return;
    if (decoded) return this.stop();
    const now = performance.now();
    if (arrived) this.#since ??= now;
    if (this.#since === null || now - this.#since < 1000 * LIMIT) return;
    this.stop();
    this.#onundecoded();
  }
}

/**
 * @param {ReadonlyMap<string, any>} report of `RTCPeerConnection.getStats()`
 * @returns {{arrived: boolean, decoded: boolean}} whether packets of video came, and became a frame
 */
export function reception(report) {
  for (const { type, kind, packetsReceived, framesDecoded } of report.values()) {
    if (type !== "inbound-rtp" || kind !== "video") continue;
    return { arrived: packetsReceived > 0, decoded: framesDecoded > 0 };
  }
  return { arrived: false, decoded: false };
}
