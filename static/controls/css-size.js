/**
 * The size that a program wants an element to have, beside what the page's own style says of it.
 *
 * @module
 */

import { withTitleBar } from "./title-height.js";

/** @typedef {{width: string | null, height: string | null}} Sides as CSS has them */

export class CssSize {
  #element;
  /** @type {Sides} what the program has said */
  #said = { width: null, height: null };
  /** What the page's own style says. */
  #own = { width: "", height: "" };
  /** What the style had when it was set last: what is there instead, the page has said since. */
  #set = { width: "", height: "" };

  /**
   * @param {HTMLElement} element
   */
  constructor(element) {
    this.#element = element;
  }

  /**
   * Be so large, for the picture and without the title bar. What the program says nothing of stays the page's.
   *
   * @param {Sides} sides
   */
  take({ width, height }) {
    const { style } = this.#element;
    const sides = { width, height };
    for (const side of /** @type {const} */ (["width", "height"])) {
      const said = sides[side];
      if (said === this.#said[side]) continue;
      if (style[side] !== this.#set[side]) this.#own[side] = style[side];
      // First, as what CSS does not know would leave the one before.
      style[side] = this.#own[side];
      if (said !== null) style[side] = side === "height" ? withTitleBar(said) : said;
      this.#set[side] = style[side];
    }
    this.#said = sides;
  }
}
