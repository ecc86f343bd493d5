import assert from "node:assert/strict";
import { test } from "node:test";

import { Presented, RefreshInterval } from "../../static/presented.js";

/**
 * @param {number} interval
 * @param {readonly number[]} refreshes
 * @returns {RefreshInterval} told of these refreshes, each time rounded as browsers do
 */
function told(interval, refreshes) {
  const refresh = new RefreshInterval();
  for (const count of refreshes) refresh.add(Math.round(10 * (1234.5 + count * interval)) / 10);
  return refresh;
}

const nine = [0, 1, 2, 3, 4, 5, 6, 7, 8];

test("a few refreshes in a row tell the interval", () => {
  assert.equal(told(16.7, nine.slice(0, 8)).milliseconds, null);
  for (const interval of [6.944, 8.333, 16.667]) {
    const guessed = told(interval, nine).milliseconds;
    assert.ok(guessed && Math.abs(guessed - interval) < 0.1);
  }
});

test("one late refresh does not change what they tell", () => {
  const refresh = told(10, [0, 1, 2, 3, 6, 7, 8, 9, 10]);
  assert.equal(refresh.milliseconds, 10);
});

test("over many refreshes it becomes exact, though only some of them show a frame", () => {
  for (const step of [1, 2, 3]) {
    const later = Array.from({ length: 60 }, (_, index) => 9 + step * index);
    const measured = told(16.6667, [...nine, ...later]).milliseconds;
    assert.ok(measured && Math.abs(measured - 16.6667) < 0.005, `${step}: ${measured}`);
  }
});

test("a pause in which the clock may have been elsewhere is not measured over", () => {
  const refresh = told(16.6667, nine);
  const before = refresh.milliseconds;
  refresh.add(5000);
  refresh.add(9007.3);
  assert.equal(refresh.milliseconds, before);
});

test("every fourth frame makes a message, which repeats the last eight", () => {
  const presented = new Presented();
  const messages = [];
  for (let frame = 1; frame <= 12; frame++) {
    const message = presented.add(frame * 3000, 1.23456, 16.6667);
    if (message) messages.push(message);
  }
  assert.equal(messages.length, 3);
  assert.deepEqual(
    messages.map(({ frames }) => frames.map(([timestamp]) => timestamp / 3000)),
    [
      [1, 2, 3, 4],
      [1, 2, 3, 4, 5, 6, 7, 8],
      [5, 6, 7, 8, 9, 10, 11, 12],
    ],
  );
  assert.deepEqual(messages[0]?.frames[0], [3000, 0.001235]);
  assert.equal(messages[0]?.interval, 0.016667);
  assert.equal(messages[0]?.type, "presented");
});
