import assert from "node:assert/strict";
import { test } from "node:test";

import {
  isInside,
  isPixelExact,
  placePicture,
  toLogical,
  videoExtent,
} from "../../static/picture/geometry.js";

/** @typedef {import("../../static/picture/geometry.js").Point} Point */
/** @typedef {import("../../static/picture/geometry.js").Corners} Corners */

test("contain keeps the shape and centres it", () => {
  assert.deepEqual(placePicture("contain", [1280, 800], [1280, 720], 1), {
    x: 0,
    y: 40,
    width: 1280,
    height: 720,
  });
  assert.deepEqual(placePicture("contain", [400, 800], [1280, 720], 1), {
    x: 0,
    y: 287,
    width: 400,
    height: 225,
  });
});

test("fill takes the whole stage", () => {
  assert.deepEqual(placePicture("fill", [400, 800], [1280, 720], 2), {
    x: 0,
    y: 0,
    width: 400,
    height: 800,
  });
});

test("none gives each pixel of the picture one of the device", () => {
  assert.deepEqual(placePicture("none", [1000, 800], [640, 480], 2), {
    x: 340,
    y: 280,
    width: 320,
    height: 240,
  });
});

test("a picture larger than the stage starts at its corner", () => {
  const box = placePicture("none", [300, 200], [640, 480], 1);
  assert.deepEqual(box, { x: 0, y: 0, width: 640, height: 480 });
});

test("a picture rendered for the stage is not scaled by a fraction of a pixel", () => {
  // 801.6 CSS pixels at 1.25 are 1002 device pixels, 533.3 are 666.6: the picture has 667.
  const box = placePicture("contain", [801.6, 533.3], [1002, 667], 1.25);
  assert.ok(isPixelExact(box, [1002, 667], 1.25));
});

test("edges lie on device pixels", () => {
  for (const ratio of [1, 1.25, 1.5, 2, 3]) {
    const { x, y, width, height } = placePicture("contain", [777, 555], [641, 479], ratio);
    for (const edge of [x, y, width, height]) {
      assert.ok(Math.abs(edge * ratio - Math.round(edge * ratio)) < 1e-9, `${edge} at ${ratio}`);
    }
  }
});

test("a picture is never shown with a side of nothing", () => {
  const { width, height } = placePicture("contain", [40, 40], [4096, 16], 1);
  assert.deepEqual([width, height], [40, 1]);
});

test("padding hangs over the box", () => {
  const box = { x: 10, y: 20, width: 641, height: 361 };
  assert.deepEqual(videoExtent(box, [642, 362], [641, 361]), [642, 362]);
  assert.deepEqual(videoExtent({ ...box, width: 320.5 }, [642, 362], [641, 361]), [321, 362]);
});

/**
 * The corners of a box of 200 x 100 after an affine transform [a b c d e f], as CSS writes it.
 *
 * @param {number[]} matrix
 * @returns {{corners: Corners, transform: (point: Point) => Point}}
 */
function transformed([a = 1, b = 0, c = 0, d = 1, e = 0, f = 0]) {
  const transform = (/** @type {Point} */ { x, y }) => ({
    x: a * x + c * y + e,
    y: b * x + d * y + f,
  });
  const [origin, right, bottom] = [
    { x: 0, y: 0 },
    { x: 200, y: 0 },
    { x: 0, y: 100 },
  ].map(transform);
  assert.ok(origin && right && bottom);
  return { corners: { origin, right, bottom }, transform };
}

const MATRICES = {
  "as it is": [1, 0, 0, 1, 0, 0],
  scrolled: [1, 0, 0, 1, -350, 1200],
  zoomed: [1.5, 0, 0, 1.5, 20, 30],
  stretched: [3, 0, 0, 0.25, 5, 5],
  "rotated by a quarter": [0, 1, -1, 0, 400, 10],
  "rotated by 30 degrees and scaled": [1.039, 0.6, -0.6, 1.039, 77, -13],
  mirrored: [-1, 0, 0, 1, 200, 0],
  skewed: [1, 0.2, 0.4, 1, 9, 9],
};

for (const [name, matrix] of Object.entries(MATRICES)) {
  test(`points are found in a picture that is ${name}`, () => {
    const { corners, transform } = transformed(matrix);
    for (const [x, y] of /** @type {[number, number][]} */ ([
      [0, 0],
      [1, 1],
      [0.25, 0.75],
      [-0.5, 1.5],
    ])) {
      const found = toLogical(corners, [640, 480], transform({ x: 200 * x, y: 100 * y }));
      assert.ok(found);
      assert.ok(Math.abs(found.x - 640 * x) < 1e-6 && Math.abs(found.y - 480 * y) < 1e-6);
    }
  });
}

test("a picture without area has no points", () => {
  const { corners } = transformed([0, 0, 0, 0, 5, 5]);
  assert.equal(toLogical(corners, [640, 480], { x: 5, y: 5 }), null);
});

test("a point on the far edge is outside", () => {
  for (const [x, y, inside] of /** @type {const} */ ([
    [0, 0, true],
    [63.9, 47.9, true],
    [64, 5, false],
    [5, 48, false],
    [-0.1, 5, false],
    [5, -0.1, false],
  ])) {
    assert.equal(isInside({ x, y }, [64, 48]), inside, `${x}, ${y}`);
  }
});
