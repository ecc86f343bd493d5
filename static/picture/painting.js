/**
 * The canvas over the video: frames that came without a stream are painted on it, and the last
 * picture stays on it between two connections.
 *
 * @module
 */

import { Waits } from "./presented.js";

/** @typedef {import("./geometry.js").Size} Size */

/**
 * What was painted last, and came onto the screen.
 *
 * @typedef {object} Painted
 * @property {number} rtpTimestamp
 * @property {number} presentedFrames
 * @property {number} waited milliseconds from when it was painted until the refresh that showed it
 */

export class Painting {
  element = document.createElement("canvas");
  #video;
  #covers = false;
  #onshown;
  #timestamp = 0;
  #at = 0;
  #shown = 0;
  #waits = new Waits();
  /** Whether a refresh is awaited, to tell of what it shows. */
  #waiting = false;

  /**
   * @param {HTMLVideoElement} video out of sight while this one is in it
   * @param {string} style
   * @param {(now: number, painted: Painted) => void} onshown called at each refresh with a new frame
   */
  constructor(video, style, onshown) {
    this.#video = video;
    this.element.style.cssText = style;
    this.#cover(false);
    this.#onshown = onshown;
  }

  /** Whether it is in sight. */
  get covers() {
    return this.#covers;
  }

  /** @returns {Size} */
  get size() {
    return [this.element.width, this.element.height];
  }

  /**
   * Show a frame at once.
   *
   * @param {VideoFrame | ImageBitmap} image
   * @param {Size} size
   * @param {number} timestamp its RTP timestamp
   */
  paint(image, size, timestamp) {
    this.draw(image, size);
    this.#timestamp = timestamp;
    this.#at = performance.now();
    if (!this.#waiting) requestAnimationFrame((now) => this.#onrefresh(now));
    this.#waiting = true;
  }

  /**
   * @param {CanvasImageSource} image
   * @param {Size} size
   */
  draw(image, [width, height]) {
    const { element } = this;
    // Setting them clears it, even to what they are.
    if (element.width !== width) element.width = width;
    if (element.height !== height) element.height = height;
    element.getContext("2d", { alpha: false })?.drawImage(image, 0, 0);
    this.#cover(true);
  }

  clear() {
    this.#cover(false);
    this.element.width = this.element.height = 0;
  }

  /**
   * @param {boolean} covers
   */
  #cover(covers) {
    this.#covers = covers;
    this.element.style.visibility = covers ? "visible" : "hidden";
    this.#video.style.visibility = covers ? "hidden" : "visible";
  }

  /**
   * @param {number} now when the refresh began
   */
  #onrefresh(now) {
    this.#waiting = false;
    if (!this.#covers) return;
    const presentedFrames = (this.#shown += 1);
    const waited = this.#waits.of(now, this.#at);
    this.#onshown(now, { rtpTimestamp: this.#timestamp, presentedFrames, waited });
  }
}
