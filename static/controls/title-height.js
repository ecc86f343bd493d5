/**
 * How high an element is for the canvas in it to have the height that the program says.
 *
 * @module
 */

/** A part of the page or of its window: all that is to be within it, the title bar as well. */
const SHARE = /%|\d[sld]?v(?:h|w|i|b|min|max)\b/i;

/**
 * @param {string} height as CSS has it
 * @returns {string} with the title bar, by the property `--title-height` of the element; what CSS
 *   can add nothing to, such as "auto", and a share of the page stay as they are
 */
export function withTitleBar(height) {
  const isLength = CSS.supports("height", `calc((${height}) + 0px)`);
  if (SHARE.test(height) || !isLength) return height;
  return `calc((${height}) + var(--title-height))`;
}
