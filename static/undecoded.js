/**
 * Notices that video comes and the browser decodes none of it: it may offer what it cannot do.
 *
 * @module
 */

/** @typedef {import("./handover.js").Handover} Connection */

/** Seconds from the first whole frame until something must have been decoded. */
const LIMIT = 2;
/** The same from the first packet, which on a slow way comes long before the last of its frame. */
const LIMIT_OF_PACKETS = 6;
/** Milliseconds between two looks. */
const INTERVAL = 250;

export class Undecoded {
  #connection;
  #onundecoded;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** When the first packet and the first whole frame were there. @type {{packet?: number, frame?: number}} */
  #since = {};

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
    const { packets, frames, decoded } = reception(await this.#connection.stats());
    if (this.#timer === undefined) return;
    if (decoded) return this.stop();
    const now = performance.now();
    if (packets) this.#since.packet ??= now;
    if (frames) this.#since.frame ??= now;
    const { packet = now, frame = now } = this.#since;
    if (now - frame < 1000 * LIMIT && now - packet < 1000 * LIMIT_OF_PACKETS) return;
    this.stop();
    this.#onundecoded();
  }
}

/**
 * @param {ReadonlyMap<string, any>} report of `RTCPeerConnection.getStats()`
 * @returns {{packets: boolean, frames: boolean, decoded: boolean}} whether packets of video came, whole frames, and
 *   whether one was decoded
 */
export function reception(report) {
  for (const each of report.values()) {
    if (each.type !== "inbound-rtp" || each.kind !== "video") continue;
    const { packetsReceived, framesReceived = packetsReceived, framesDecoded } = each;
    return { packets: packetsReceived > 0, frames: framesReceived > 0, decoded: framesDecoded > 0 };
  }
  return { packets: false, frames: false, decoded: false };
}
