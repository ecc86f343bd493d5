import assert from "node:assert/strict";
import { test } from "node:test";

import { placeBeside } from "../../static/probe/beside.js";

/** @type {readonly [number, number]} */
const ROOM = [640, 480];
/** @type {readonly [number, number]} */
const SIZE = [120, 40];

test("to the lower right of a pointer, on the other side where there is no room", () => {
  assert.deepEqual(placeBeside({ x: 100, y: 100 }, SIZE, ROOM, false), { x: 114, y: 114 });
  assert.deepEqual(placeBeside({ x: 600, y: 100 }, SIZE, ROOM, false), { x: 466, y: 114 });
  assert.deepEqual(placeBeside({ x: 600, y: 460 }, SIZE, ROOM, false), { x: 466, y: 406 });
});

test("above a finger, below one at the upper edge", () => {
  assert.deepEqual(placeBeside({ x: 300, y: 200 }, SIZE, ROOM, true), { x: 240, y: 124 });
  assert.deepEqual(placeBeside({ x: 10, y: 20 }, SIZE, ROOM, true), { x: 8, y: 56 });
});

test("never outside, nor on the pointer where there is room beside it", () => {
  for (const finger of [false, true]) {
    for (let x = -20; x <= 660; x += 17) {
      for (let y = -20; y <= 500; y += 13) {
        const place = placeBeside({ x, y }, SIZE, ROOM, finger);
        assert.ok(place.x >= 8 && place.x + SIZE[0] <= ROOM[0] - 8, `${x}, ${y}`);
        assert.ok(place.y >= 8 && place.y + SIZE[1] <= ROOM[1] - 8, `${x}, ${y}`);
        const covered =
          x >= place.x && x <= place.x + SIZE[0] && y >= place.y && y <= place.y + SIZE[1];
        assert.ok(!covered, `${x}, ${y}`);
      }
    }
  }
});

test("what is larger than the room starts at its edge", () => {
  assert.deepEqual(placeBeside({ x: 50, y: 50 }, [300, 300], [200, 200], false), { x: 8, y: 8 });
});
