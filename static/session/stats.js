/**
 * Looks at a connection once a second while somebody wants to know.
 *
 * @module
 */

/** @typedef {import("./handover.js").Handover} Connection */
/** @typedef {import("./figures.js").Figures} Figures */
/** @typedef {import("./figures.js").Sample} Sample */

/**
 * `here`: what the browser measured. `server`: the fields of its PeerStats.
 * @typedef {{here: Figures | null, server: Record<string, unknown> | null}} Measured
 */

const INTERVAL = 1000;

export class Statistics {
  #connection;
  #onmeasured;
  #on = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {Sample | null} */
  #last = null;
  /** @type {Record<string, unknown> | null} */
  #server = null;

  /**
   * @param {() => Connection | null} connection
   * @param {(measured: Measured) => void} onmeasured
   */
  constructor(connection, onmeasured) {
    this.#connection = connection;
    this.#onmeasured = onmeasured;
  }

  get on() {
    return this.#on;
  }

  set on(on) {
    if (on === this.#on) return;
    this.#on = on;
    clearInterval(this.#timer);
    if (on) this.#timer = setInterval(() => this.#look(), INTERVAL);
    this.#last = this.#server = null;
    this.#tellServer();
    this.#look();
  }

  /** @param {Record<string, unknown>} figures what the server sent */
  set server(figures) {
    this.#server = figures;
  }

  /** There is a new connection: it has to be asked again. */
  ask() {
    this.#last = this.#server = null;
    if (this.#on) this.#tellServer();
  }

  #tellServer() {
    this.#connection()?.channels.app({ type: "stats", on: this.#on });
  }

  async #look() {
    if (!this.#on) return;
    const report = await this.#connection()
      ?.stats()
      .catch(() => null);
    const { figures, sample } = await import("./figures.js");
    if (!this.#on) return;
    if (!report) this.#server = null;
    const now = report ? sample(report) : null;
    const here = now && figures(this.#last, now);
    this.#last = now;
    this.#onmeasured({ here, server: this.#server });
  }
}
