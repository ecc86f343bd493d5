/**
 * The canvas over the video: frames that came without a stream are painted on it, and the last
 * picture stays on it between two connections.
 *
 * @module
 */

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
  #covers = false;
  #onshown;
  #timestamp = 0;
  #at = 0;
  #shown = 0;
  /** Whether a refresh is awaited, to tell of what it shows. */
  #waiting = false;

  /**
   * @param {string} style
   * @param {(now: number, painted: Painted) => void} onshown called at each refresh with a new frame
   */
  constructor(style, onshown) {
    this.element.style.cssText = style;
    this.element.style.visibility = "hidden";
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
    element.style.visibility = "visible";
    this.#covers = true;
  }

  clear() {
    this.#covers = false;
    this.element.style.visibility = "hidden";
    this.element.width = this.element.height = 0;
  }

  /**
   * @param {number} now when the refresh began
   */
  #onrefresh(now) {
    this.#waiting = false;
    if (!this.#covers) return;
    const presentedFrames = (this.#shown += 1);
    this.#onshown(now, { rtpTimestamp: this.#timestamp, presentedFrames, waited: now - this.#at });
  }
}
