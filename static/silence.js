/**
 * Notices a server that has vanished sooner than the browser does, which takes 8 s and more.
 *
 * @module
 */

/** @typedef {import("./handover.js").Handover} Connection */

/** Seconds without a packet after which the server is gone; it judges its peers by the same. */
const LIMIT = 5;

export class Silence {
  #connection;
  #onsilence;
  /** @type {ReturnType<typeof setInterval> | null} null while nobody watches */
  #timer = null;
  #arrived = 0;
  #since = 0;

  /**
   * @param {Connection} connection
   * @param {() => void} onsilence
   */
  constructor(connection, onsilence) {
    this.#connection = connection;
    this.#onsilence = onsilence;
  }

  /** Watch from now on. */
  watch() {
    this.stop();
    this.#since = performance.now();
    this.#timer = setInterval(() => this.#look().catch(() => this.stop()), 1000);
  }

  stop() {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #look() {
    const now = performance.now();
    const arrived = countArrivals(await this.#connection.stats());
    if (arrived !== this.#arrived) {
      this.#arrived = arrived;
      this.#since = now;
    } else if (now - this.#since > LIMIT * 1000 && this.#timer) {
      this.#onsilence();
    }
  }
}

/**
 * A number that grows with everything that arrives, ICE's own checks included.
 *
 * @param {ReadonlyMap<string, any>} report
 */
export function countArrivals(report) {
  let count = 0;
  for (const entry of report.values()) {
    if (entry.type !== "candidate-pair") continue;
    count += (entry.bytesReceived ?? 0) + (entry.responsesReceived ?? 0);
    count += entry.requestsReceived ?? 0;
  }
  return count;
}
