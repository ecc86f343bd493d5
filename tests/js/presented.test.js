import assert from "node:assert/strict";
import { test } from "node:test";

import { Presented, RefreshInterval, shownAt, Waits } from "../../static/picture/presented.js";

/**
 * @param {RefreshInterval} refresh
 * @param {number} interval
 * @param {readonly number[]} refreshes in a row
 */
function tellEach(refresh, interval, refreshes) {
  for (const count of refreshes) refresh.addEach(at(interval, count));
}

/**
 * @param {number} interval
 * @param {number} count
 * @returns {number} when that refresh begins, rounded as browsers do
 */
function at(interval, count) {
  return Math.round(10 * (1234.5 + count * interval)) / 10;
}

const nine = [0, 1, 2, 3, 4, 5, 6, 7, 8];

test("a few refreshes in a row tell the interval", () => {
  for (const interval of [6.944, 8.333, 16.667]) {
    const refresh = new RefreshInterval();
    tellEach(refresh, interval, nine.slice(0, 8));
    assert.equal(refresh.milliseconds, null);
    assert.ok(refresh.wantsEach);
    tellEach(refresh, interval, [8]);
    assert.ok(!refresh.wantsEach);
    assert.ok(Math.abs((refresh.milliseconds ?? 0) - interval) < 0.1);
  }
});

test("one late refresh does not change what they tell", () => {
  const refresh = new RefreshInterval();
  tellEach(refresh, 10, [0, 1, 2, 3, 6, 7, 8, 9, 10]);
  assert.equal(refresh.milliseconds, 10);
});

test("over many refreshes it becomes exact, though only some of them show a frame", () => {
  for (const step of [1, 2, 3]) {
    const refresh = new RefreshInterval();
    refresh.add(at(16.6667, 0));
    tellEach(refresh, 16.6667, nine);
    for (let count = 9; count < 9 + 60 * step; count += step) refresh.add(at(16.6667, count));
    const measured = refresh.milliseconds ?? 0;
    assert.ok(Math.abs(measured - 16.6667) < 0.005, `${step}: ${measured}`);
  }
});

test("a window that is moved to another display is noticed while it shows frames", () => {
  const refresh = new RefreshInterval();
  refresh.add(at(16.6667, 0));
  tellEach(refresh, 16.6667, nine);
  let count = 9;
  while (!refresh.wantsEach) refresh.add(at(16.6667, count++));
  assert.ok(count * 16.6667 > 4000, "that is not asked all the time");
  const exact = refresh.milliseconds;
  tellEach(refresh, 16.6667, nine.map((one) => count + one));
  assert.equal(refresh.milliseconds, exact);
  count += 9;
  while (!refresh.wantsEach) refresh.add(at(16.6667, count++));
  for (const one of nine) refresh.addEach(at(16.6667, count) + one * 6.944);
  assert.ok(Math.abs((refresh.milliseconds ?? 0) - 6.944) < 0.1);
});

test("after a pause it is guessed anew, as the display may be another one", () => {
  const refresh = new RefreshInterval();
  refresh.add(at(16.6667, 0));
  tellEach(refresh, 16.6667, nine);
  const before = refresh.milliseconds;
  refresh.add(9007.3);
  assert.ok(refresh.wantsEach);
  assert.equal(refresh.milliseconds, before, "until then the old one stays");
  tellEach(refresh, 6.944, nine.map((count) => 2000 + count));
  assert.ok(Math.abs((refresh.milliseconds ?? 0) - 6.944) < 0.1);
});

/**
 * @param {number} shown
 */
function meeting(shown) {
  return { waited: 1.23456, shown, interval: 16.6667 };
}

test("every fourth frame makes a message, which repeats the last eight", () => {
  const presented = new Presented();
  const messages = [];
  for (let frame = 1; frame <= 12; frame++) {
    const message = presented.add(frame * 3000, meeting(100.0004 * frame));
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
  assert.deepEqual(messages[0]?.frames[1], [6000, 0.001235, 0.200001]);
  assert.equal(messages[0]?.interval, 0.016667);
  assert.equal(messages[0]?.type, "presented");
});

test("fewer frames can be told of as well, and once", () => {
  const presented = new Presented();
  assert.equal(presented.take(), null);
  assert.equal(presented.add(3000, meeting(5)), null);
  assert.equal(presented.take()?.frames.length, 1);
  assert.equal(presented.take(), null);
  assert.equal(presented.add(6000, meeting(6)), null);
  assert.equal(presented.take()?.frames.length, 2);
});

test("a browser may tell no more than when", () => {
  const presented = new Presented();
  presented.add(3000, { waited: null, shown: 5, interval: null });
  assert.deepEqual(presented.take(), {
    type: "presented",
    interval: null,
    frames: [[3000, null, 0.005]],
  });
});

test("a clock of whole milliseconds makes no frame late", () => {
  const waits = new Waits();
  for (const came of [100, 117, 133, 150]) waits.of(came + 5, came);
  assert.equal(waits.of(1000.5, 990, 2), 8.5);
  assert.equal(waits.of(1000.5, 1001), 0);
  assert.equal(waits.of(1000.5, 1000, 0.75), 0);
  assert.equal(waits.of(1000.5, 1001, 0.75), -1.25);
});

test("a finer clock is at a whole millisecond now and then", () => {
  const waits = new Waits();
  for (const came of [100, 116.7, 133, 150]) waits.of(came + 5, came);
  assert.equal(waits.of(1000.5, 1001), -0.5);
  assert.equal(waits.of(1000.5, 1000.75), -0.25);
});

test("a frame is shown by a refresh that comes after it", () => {
  assert.deepEqual(shownAt(1000, 4, 16), { shown: 1000, waited: 4 });
  assert.deepEqual(shownAt(1000, 0, 16), { shown: 1000, waited: 0 });
  // Chromium tells of the refresh before it.
  assert.deepEqual(shownAt(1000, -3, 16), { shown: 1016, waited: 13 });
  assert.deepEqual(shownAt(1000, -16, 16), { shown: 1016, waited: 0 });
  assert.deepEqual(shownAt(1000, -40, 16), { shown: 1048, waited: 8 });
});

test("where little is known, what the browser tells is taken", () => {
  assert.deepEqual(shownAt(1000, -3, null), { shown: 1000, waited: -3 });
  assert.deepEqual(shownAt(1000, null, 16), { shown: 1000, waited: null });
});
