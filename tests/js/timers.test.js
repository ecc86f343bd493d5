import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Timers } from "../../static/transport/timers.js";

test("a timer acts once, and another of its name takes its place", async () => {
  const timers = new Timers();
  /** @type {string[]} */
  const done = [];
  timers.after("one", 1, () => done.push("early"));
  timers.after("one", 40, () => done.push("late"));
  timers.after("other", 1, () => done.push("other"));
  timers.after("third", 1, () => done.push("third"));
  timers.cancel("third");
  await sleep(15);
  assert.deepEqual(done, ["other"]);
  assert.deepEqual([timers.has("one"), timers.has("other")], [true, false]);
  await sleep(60);
  assert.deepEqual(done, ["other", "late"]);
  timers.after("one", 1, () => done.push("never"));
  timers.clear();
  await sleep(15);
  assert.deepEqual(done, ["other", "late"]);
});
