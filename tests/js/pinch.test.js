import assert from "node:assert/strict";
import { test } from "node:test";

import { Pinch } from "../../static/input/pinch.js";

/**
 * @param {number} distance
 */
function apart(distance) {
  return [
    { x: 500 - distance / 2, y: 300 },
    { x: 500 + distance / 2, y: 300 },
  ];
}

test("twice the distance is six notches away from the viewer, half of it as many back", () => {
  const pinch = new Pinch();
  assert.equal(pinch.update(apart(100)), null);
  assert.deepEqual(pinch.update(apart(200)), { x: 500, y: 300, dy: -600 });
  assert.deepEqual(pinch.update(apart(100)), { x: 500, y: 300, dy: 600 });
});

test("many small moves turn as far as a large one", () => {
  const pinch = new Pinch();
  let turned = 0;
  for (let distance = 100; distance <= 200; distance += 0.25) {
    turned += pinch.update(apart(distance))?.dy ?? 0;
  }
  assert.ok(Math.abs(turned + 600) < 8, `${turned}`);
});

test("one finger, three, and two that are put down anew turn nothing", () => {
  const pinch = new Pinch();
  assert.equal(pinch.update(apart(100)), null);
  assert.equal(pinch.update(apart(300).slice(1)), null);
  assert.equal(pinch.update(apart(400)), null);
  assert.equal(pinch.update([...apart(500), { x: 0, y: 0 }]), null);
  assert.equal(pinch.update(apart(50)), null);
});

test("fingers that meet turn no further", () => {
  const pinch = new Pinch();
  pinch.update(apart(32));
  assert.equal(pinch.update(apart(0))?.dy, 600);
  assert.equal(pinch.update(apart(10)), null);
});
