/**
 * An exact image on its way: the pieces that came, and what the server is told of them. Pure.
 *
 * @module
 */

/** @typedef {import("./geometry.js").Size} Size */

/**
 * What the server announces.
 * @typedef {object} ImageHeader
 * @property {number} picture the number of the first picture in a row with these pixels
 * @property {Size} size pixels
 * @property {number} bytes of all its pieces
 * @property {string} format "png"
 */

/** Pictures have no larger sides. */
const LARGEST_SIDE = 4096;
/** A PNG that nothing could be gained from is this much larger than its pixels, per row and beside. */
const PER_ROW = 64;
const BESIDE = 65536;
/** Bytes after which the server is told of them. */
const ACKNOWLEDGED = 32768;

export class ExactImage {
  /** @type {ArrayBuffer[]} */
  #pieces = [];
  #received = 0;
  #told = 0;

  /**
   * @param {ImageHeader} header one that is fit
   */
  constructor(header) {
    this.header = header;
  }

  /**
   * Whether an image may be taken: what a server announces is memory here.
   *
   * @param {ImageHeader} header
   */
  static isFit({ size: [width, height], bytes, format }) {
    if (format !== "png" || !(width <= LARGEST_SIDE && height <= LARGEST_SIDE)) return false;
    return Number.isInteger(bytes) && bytes > 0 && bytes <= 4 * width * height + PER_ROW * height + BESIDE;
  }

  get isComplete() {
    return this.#received === this.header.bytes;
  }

  /**
   * @param {ArrayBuffer} piece
   * @returns {boolean} false where it does not belong here: the image is to be given up
   */
  add(piece) {
    if (this.#received + piece.byteLength > this.header.bytes) return false;
    this.#pieces.push(piece);
    this.#received += piece.byteLength;
    return true;
  }

  /** What the server is to be told now; null for nothing. */
  acknowledgement() {
    if (!this.isComplete && this.#received - this.#told < ACKNOWLEDGED) return null;
    this.#told = this.#received;
    return { type: "received", picture: this.header.picture, bytes: this.#received };
  }

  /** The image, once it is complete. */
  blob() {
    return new Blob(this.#pieces, { type: `image/${this.header.format}` });
  }
}
