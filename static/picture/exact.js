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
/** @typedef {import("../input/input-writer.js").Fields} Fields */
/** @typedef {import("./geometry.js").Size} Size */

/**
 * @typedef {object} ExactEvents
 * @property {(message: Fields) => void} send what the server is to know of them
 * @property {() => void} onchange they came into sight, or went
 * @property {(why: string) => void} onfailure an image cannot be shown; one sentence
 */

export class Exact {
  #canvas;
  #events;
  /** @type {ExactImage | null} */
  #coming = null;
  /** @type {number | null} whose pixels the canvas has */
  #drawn = null;
  /** @type {number | null} what is on the screen, where that is known */
  #onScreen = null;
  #shown = false;

  /**
   * @param {HTMLCanvasElement} canvas lies over the video; hidden
   * @param {ExactEvents} events
   */
  constructor(canvas, events) {
    this.#canvas = canvas;
    this.#events = events;
  }

  /** Whether they are seen. */
  get shown() {
    return this.#shown;
  }

  /** @param {ImageHeader} header */
  begin(header) {
    const fit = ExactImage.isFit(header);
    this.#coming = fit ? new ExactImage(header) : null;
    if (!fit) this.#fail(header, "It is larger than any picture, or no PNG.");
  }

  /** @param {ArrayBuffer} piece */
  add(piece) {
    const image = this.#coming;
    if (!image || image.isComplete) return;
    if (!image.add(piece)) {
      this.#coming = null;
      return this.#fail(image.header, "More of it came than was announced.");
    }
    const message = image.acknowledgement();
    if (message) this.#events.send(message);
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
    const { header } = image;
    try {
      const bitmap = await decode(image.blob());
      if (this.#coming === image) paint(this.#canvas, bitmap, header.size);
      bitmap.close();
    } catch (error) {
      if (this.#coming === image) this.#fail(header, String(error));
      return;
    }
    if (this.#coming !== image) return;
    this.#coming = null;
    // The server begins anew with another connection, or when the page comes back into sight.
    const again = this.#shown && this.#onScreen === header.picture;
    this.#drawn = header.picture;
    if (again) this.#tellWhenSeen(this.#drawn);
    this.#update();
  }

  /**
   * @param {ImageHeader} header
   * @param {string} why one sentence
   */
  #fail({ size: [width, height], bytes, format }, why) {
    this.#coming = this.#drawn = null;
    this.#update();
    const image = `${width} × ${height} pixels, ${bytes} bytes of ${format || "an unknown format"}`;
    this.#events.onfailure(`An exact image (${image}) cannot be shown. ${why}`);
  }

  #update() {
    const shown = this.#drawn !== null && this.#drawn === this.#onScreen;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#canvas.style.visibility = shown ? "visible" : "hidden";
    if (shown) this.#tellWhenSeen(this.#drawn);
    this.#events.onchange();
  }

  /** @param {number | null} picture */
  #tellWhenSeen(picture) {
    // The first refresh draws it, by the second it has been drawn.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (picture !== null && this.#shown && this.#drawn === picture) {
          this.#events.send({ type: "shown", picture });
        }
      }),
    );
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} bitmap
 * @param {Size} size what it should have
 * @throws {Error}
 */
function paint(canvas, bitmap, [width, height]) {
  if (bitmap.width !== width || bitmap.height !== height) {
    throw new Error(`It has ${bitmap.width} × ${bitmap.height} pixels.`);
  }
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("The browser makes no canvas of that size.");
  context.drawImage(bitmap, 0, 0);
}

/**
 * @param {Blob} blob
 * @returns {Promise<ImageBitmap>} fails for what is no image, or where there is no memory for it
 */
function decode(blob) {
  // As they are in the file: no profile of the screen's, no alpha to multiply with.
  return createImageBitmap(blob, {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });
}
