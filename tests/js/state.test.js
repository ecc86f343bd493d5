import assert from "node:assert/strict";
import { test } from "node:test";

import { lost, refusal } from "../../static/problem.js";
import { CLOSED, next, pauseBefore } from "../../static/session/state.js";

/** @typedef {import("../../static/session/state.js").Happening} Happening */
/** @typedef {import("../../static/session/state.js").State} State */

const broke = lost("The connection broke.");
const denied = refusal(401, "");

/**
 * @param {...Happening} happenings
 * @returns {State}
 */
function after(...happenings) {
  return happenings.reduce(next, CLOSED);
}

/** @type {Happening} */
const connect = { type: "connect" };
/** @type {Happening} */
const up = { type: "up" };
/** @type {Happening} */
const close = { type: "close" };
/** @type {Happening} */
const refused = { type: "refused", problem: denied };

/**
 * @param {boolean} [steady]
 * @returns {Happening}
 */
const lose = (steady = false) => ({ type: "lost", problem: broke, steady });

test("the usual way", () => {
  assert.equal(after(connect).name, "connecting");
  assert.deepEqual(after(connect, up), { name: "live", attempt: 0, problem: null });
  assert.deepEqual(after(connect, up, lose(true)), {
    name: "reconnecting",
    attempt: 1,
    problem: broke,
  });
  assert.deepEqual(after(connect, up, lose(true), up), { name: "live", attempt: 1, problem: null });
  assert.equal(after(connect, up, close), CLOSED);
});

test("tries are counted until it was steady", () => {
  assert.equal(after(connect, lose(), lose(), lose()).attempt, 3);
  assert.equal(after(connect, lose(), lose(), up, lose()).attempt, 3);
  assert.equal(after(connect, lose(), lose(), up, lose(true)).attempt, 1);
});

test("a refusal fails with its reason, and connecting again is possible", () => {
  assert.deepEqual(after(connect, refused), { name: "failed", attempt: 0, problem: denied });
  assert.equal(after(connect, up, lose(), refused).name, "failed");
  assert.deepEqual(after(connect, refused, connect), {
    name: "connecting",
    attempt: 0,
    problem: null,
  });
});

test("close closes from anywhere", () => {
  for (const way of [[], [connect], [connect, up], [connect, lose()], [connect, refused]]) {
    assert.equal(after(...way, close), CLOSED);
  }
});

test("what comes too late changes nothing", () => {
  const live = after(connect, up);
  const failed = after(connect, refused);
  assert.equal(next(CLOSED, up), CLOSED);
  assert.equal(next(CLOSED, lose()), CLOSED);
  assert.equal(next(CLOSED, refused), CLOSED);
  assert.equal(next(failed, up), failed);
  assert.equal(next(failed, lose()), failed);
  assert.equal(next(live, connect), live);
  assert.equal(next(live, up), live);
});

test("pauses double from a quarter of a second to five", () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 100].map((attempt) => pauseBefore(attempt, 1));
  assert.deepEqual(pauses, [0.25, 0.5, 1, 2, 4, 5, 5, 5]);
});

test("chance shortens them by a quarter at most", () => {
  assert.equal(pauseBefore(6, 0), 3.75);
  for (let count = 0; count < 100; count += 1) {
    const pause = pauseBefore(3);
    assert.ok(pause >= 0.75 && pause <= 1);
  }
});
