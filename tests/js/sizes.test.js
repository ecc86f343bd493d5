import assert from "node:assert/strict";
import { test } from "node:test";

import { Sizes } from "../../static/picture/sizes.js";

/** @typedef {import("../../static/picture/sizes.js").PictureSize} PictureSize */

/**
 * @param {number} width
 * @param {number} height
 * @returns {PictureSize}
 */
function announced(width, height) {
  return {
    picture: [width, height],
    encoded: [width + (width % 2), height + (height % 2)],
    shown: [width, height],
    logical: [width / 2, height / 2],
  };
}

test("a frame has the newest size announced for it", () => {
  const sizes = new Sizes();
  sizes.add(announced(641, 361));
  sizes.add(announced(800, 600));
  // The announcement may come before the last frames of the old size.
  assert.deepEqual(sizes.of([642, 362]), announced(641, 361));
  assert.deepEqual(sizes.of([800, 600]), announced(800, 600));
});

test("of two pictures padded to the same size the newest counts", () => {
  const sizes = new Sizes();
  sizes.add(announced(641, 361));
  sizes.add(announced(642, 362));
  assert.deepEqual(sizes.of([642, 362]).picture, [642, 362]);
  sizes.add(announced(641, 362));
  assert.deepEqual(sizes.of([642, 362]).picture, [641, 362]);
});

test("a frame that came before its announcement is shown whole", () => {
  const sizes = new Sizes();
  sizes.add(announced(641, 361));
  assert.deepEqual(sizes.of([800, 600]), {
    picture: [800, 600],
    encoded: [800, 600],
    shown: [800, 600],
    logical: [800, 600],
  });
});

test("a window that is dragged to and fro does not fill the memory", () => {
  const sizes = new Sizes();
  sizes.add(announced(100, 100));
  for (let width = 101; width < 200; width += 1) sizes.add(announced(width, 100));
  assert.deepEqual(sizes.of([100, 100]).logical, [100, 100]);
  assert.deepEqual(sizes.of([200, 100]).picture, [199, 100]);
});
