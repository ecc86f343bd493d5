/**
 * Which picture each frame shows, by its RTP timestamp. Pure.
 *
 * @module
 */

/**
 * @typedef {object} Identity
 * @property {number} picture the server's number for it, rising from picture to picture
 * @property {number} content the number of the first picture in a row with these pixels
 * @property {number | string | null} id the program's own; null where it has none that can be sent
 * @property {number} renderTime when the program handed it over, seconds of the server's clock
 * @property {number} seq of the newest input from here that it includes, 0 for none
 */

/** @typedef {Identity & {rtpTimestamp: number}} FrameIdentity */

/** Frames that are remembered: what the server tells may come before the frame, or after it. */
const REMEMBERED = 256;

/** The identities of one connection's frames. */
export class Identities {
  /** @type {Map<number, Identity>} */
  #known = new Map();
  /** @type {number | null} the RTP timestamp of the frame on the screen */
  #onScreen = null;

  /**
   * @param {readonly FrameIdentity[]} frames what the server told; newer words replace older ones,
   *   which may come later
   */
  learn(frames) {
    for (const { rtpTimestamp, ...identity } of frames) {
      if ((this.of(rtpTimestamp)?.picture ?? 0) > identity.picture) continue;
      this.#known.set(rtpTimestamp, identity);
      const [oldest] = this.#known.keys();
      if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    }
  }

  /** @param {number | null} rtpTimestamp of the frame that came onto the screen, where it is told */
  shown(rtpTimestamp) {
    this.#onScreen = rtpTimestamp;
  }

  /**
   * @param {number | null} rtpTimestamp
   * @returns {Identity | null} null while it is not known
   */
  of(rtpTimestamp) {
    return rtpTimestamp === null ? null : (this.#known.get(rtpTimestamp) ?? null);
  }

  /** The RTP timestamp of the frame on the screen, null before the first. */
  get timestamp() {
    return this.#onScreen;
  }

  /** Of the frame that is on the screen, null while it is not known. */
  get onScreen() {
    return this.of(this.#onScreen);
  }

  /** Forget them: the frames of another connection have other timestamps. */
  clear() {
    this.#known.clear();
    this.#onScreen = null;
  }
}
