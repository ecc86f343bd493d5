/**
 * Exact pixels: the very pixels of a picture that has settled, over its video and in its place.
 *
 * They are seen only while the frame on the screen is one of that picture's: any other hides them
 * at once, and so does one of which is not known what it shows.
 *
 * @module
 */

import { ExactImage } from "./exact-image.js";

/** @typedef {import("./exact-image.js").ImageHeader} ImageHeader */
/** @typedef {import("./input-writer.js").Fields} Fields */

export class Exact {
  #canvas;
  #send;
  #onchange;
  /** @type {ExactImage | null} */
  #coming = null;
  /** @type {number | null} whose pixels the canvas has */
  #drawn = null;
  /** @type {number | null} what is on the screen, where that is known */
  #onScreen = null;
  #shown = false;

  /**
   * @param {HTMLCanvasElement} canvas lies over the video; hidden
   * @param {(message: Fields) => void} send what the server is to know of them
   * @param {() => void} onchange they came into sight, or went
   */
  constructor(canvas, send, onchange) {
    this.#canvas = canvas;
    this.#send = send;
    this.#onchange = onchange;
  }

  /** Whether they are seen. */
  get shown() {
    return this.#shown;
  }

  /** @param {ImageHeader} header */
  begin(header) {
    this.#coming = ExactImage.isFit(header) ? new ExactImage(header) : null;
  }

  /** @param {ArrayBuffer} piece */
  add(piece) {
    const image = this.#coming;
    if (!image || image.isComplete) return;
    if (!image.add(piece)) {
      this.#coming = null;
      return;
    }
    const message = image.acknowledgement();
    if (message) this.#send(message);
    if (image.isComplete) this.#draw(image);
  }

  /** @param {number} picture whose image the server sends no more of */
  cancel(picture) {
    if (this.#coming?.header.picture === picture) this.#coming = null;
  }

  /**
   * @param {number | null} picture the content of the frame on the screen; null while not known
   */
  look(picture) {
    this.#onScreen = picture;
    this.#update();
  }

  /** The connection is gone: what is in sight stays until a frame of the next one comes. */
  forget() {
    this.#coming = null;
    this.#drawn = null;
  }

  /** Let all of it go. */
  clear() {
    this.forget();
    this.#update();
    this.#canvas.width = this.#canvas.height = 0;
  }

  /** @param {ExactImage} image */
  async #draw(image) {
    const bitmap = await decode(image.blob());
    if (this.#coming !== image) return bitmap?.close();
    this.#coming = null;
    const [width, height] = image.header.size;
    if (bitmap?.width !== width || bitmap.height !== height) return bitmap?.close();
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#canvas.getContext("2d", { alpha: false })?.drawImage(bitmap, 0, 0);
    bitmap.close();
    // The server begins anew with another connection, or when the page comes back into sight.
    const again = this.#shown && this.#drawn === image.header.picture;
    this.#drawn = image.header.picture;
    if (again) this.#tellWhenSeen(this.#drawn);
    this.#update();
  }

  #update() {
    const shown = this.#drawn !== null && this.#drawn === this.#onScreen;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#canvas.style.visibility = shown ? "visible" : "hidden";
    if (shown) this.#tellWhenSeen(this.#drawn);
    this.#onchange();
  }

  /** @param {number | null} picture */
  #tellWhenSeen(picture) {
    // The first refresh draws it, by the second it has been drawn.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (picture !== null && this.#shown && this.#drawn === picture) {
          this.#send({ type: "shown", picture });
        }
      }),
    );
  }
}

/**
 * @param {Blob} blob
 * @returns {Promise<ImageBitmap | null>} null for what is no image
 */
function decode(blob) {
  // As they are in the file: no profile of the screen's, no alpha to multiply with.
  return createImageBitmap(blob, {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  }).catch(() => null);
}
