/**
 * Which announced size belongs to the frame on the screen. Pure.
 *
 * @module
 */

/** @typedef {import("./geometry.js").Size} Size */
/**
 * `picture`: the array's. `encoded`: the video's, perhaps scaled down, padded to even. `shown`: of
 * what of the video shows the picture. `logical`: of the coordinates.
 * @typedef {{picture: Size, encoded: Size, shown: Size, logical: Size}} PictureSize
 */

const KEPT = 8;

/** Sizes come on a data channel and frames in the video: either may be the first to arrive. */
export class Sizes {
  /** @type {PictureSize[]} newest first */
  #announced = [];

  /**
   * @param {PictureSize} size
   */
  add(size) {
    this.#announced = [size, ...this.#announced].slice(0, KEPT);
  }

  /**
   * The newest announced size of a frame; without one the frame itself is the picture.
   *
   * @param {Size} encoded the frame's size
   * @returns {PictureSize}
   */
  of(encoded) {
    const matches = (/** @type {PictureSize} */ size) =>
      size.encoded[0] === encoded[0] && size.encoded[1] === encoded[1];
    const unannounced = { picture: encoded, encoded, shown: encoded, logical: encoded };
    return this.#announced.find(matches) ?? unannounced;
  }
}
