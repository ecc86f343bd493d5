import assert from "node:assert/strict";
import { test } from "node:test";

import { Identities } from "../../static/picture/identities.js";

/**
 * @param {number} rtpTimestamp
 * @param {number} picture
 */
function frame(rtpTimestamp, picture) {
  const id = `picture ${picture}`;
  return { rtpTimestamp, picture, content: picture, id, renderTime: picture / 60, seq: 3 };
}

test("a frame is known whether it is told before it is shown or after", () => {
  const identities = new Identities();
  identities.learn([frame(3000, 1)]);
  identities.shown(3000);
  const { rtpTimestamp, ...identity } = frame(3000, 1);
  assert.deepEqual(identities.onScreen, identity);
  identities.shown(6000);
  assert.equal(identities.of(6000), null);
  identities.learn([frame(3000, 1), frame(6000, 2)]);
  assert.deepEqual(identities.onScreen, identities.of(6000));
  assert.equal(identities.of(3000)?.picture, 1);
});

test("newer words about a frame replace older ones", () => {
  const identities = new Identities();
  identities.learn([frame(3000, 1)]);
  identities.shown(3000);
  identities.learn([frame(3000, 9)]);
  assert.equal(identities.onScreen?.picture, 9);
});

test("older words that come later replace nothing", () => {
  const identities = new Identities();
  identities.learn([frame(3000, 9)]);
  identities.shown(3000);
  identities.learn([frame(3000, 1), frame(6000, 2)]);
  assert.equal(identities.onScreen?.picture, 9);
  assert.equal(identities.of(6000)?.picture, 2);
});

test("a browser that does not tell which frame it shows has none on the screen", () => {
  const identities = new Identities();
  identities.learn([frame(0, 1)]);
  assert.equal(identities.onScreen, null);
  identities.shown(null);
  assert.equal(identities.onScreen, null);
  assert.equal(identities.of(null), null);
});

test("a few seconds are remembered, and nothing of another connection", () => {
  const identities = new Identities();
  for (let picture = 1; picture <= 1000; picture++) identities.learn([frame(picture * 1500, picture)]);
  assert.equal(identities.of(1500), null);
  assert.equal(identities.of(1500 * 800)?.picture, 800);
  identities.shown(1500 * 1000);
  identities.clear();
  assert.equal(identities.onScreen, null);
  assert.equal(identities.of(1500 * 1000), null);
});
