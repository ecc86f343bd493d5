/**
 * The size that a program wants an element to have, beside what the page's own style says of it. Loaded
 * when it wants any.
 *
 * @module
 */

/** @typedef {{width: string | null, height: string | null}} Sides as CSS has them */

/** A part of the page or of its window: all that is to be within it, the title bar as well. */
const SHARE = /%|\d[sld]?v(?:h|w|i|b|min|max)\b/i;

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

/**
 * How high an element is for the canvas in it to have the height that the program says.
 *
 * @param {string} height as CSS has it
 * @returns {string} with the title bar, by the property `--title-height` of the element; what CSS
 *   can add nothing to, such as "auto", and a share of the page stay as they are
 */
export function withTitleBar(height) {
  const isLength = CSS.supports("height", `calc((${height}) + 0px)`);
  if (SHARE.test(height) || !isLength) return height;
  return `calc((${height}) + var(--title-height))`;
}
