import assert from "node:assert/strict";
import { test } from "node:test";
import { Outage } from "../../static/session/outage.js";

test("frames that arrive are no outage, however seldom they are sent", () => {
  const outage = new Outage();
  for (let at = 0; at < 20000; at += 2000) {
    assert.equal(outage.look(at, at, true), false);
    assert.equal(outage.isSuspected, false);
  }
});

test("none for 700 ms is one", () => {
  const outage = new Outage();
  outage.look(5, 0, true);
  assert.equal(outage.look(5, 200, true), false);
  assert.equal(outage.look(5, 400, true), false);
  assert.ok(outage.isSuspected);
  assert.equal(outage.look(5, 899, false), false);
  assert.equal(outage.look(5, 900, false), true);
});

test("one that arrives after all ends the suspicion", () => {
  const outage = new Outage();
  outage.look(5, 0, true);
  outage.look(5, 200, true);
  outage.look(5, 400, true);
  assert.equal(outage.look(6, 850, false), false);
  assert.equal(outage.isSuspected, false);
  assert.equal(outage.look(6, 1000, true), false);
  assert.equal(outage.look(6, 2500, false), false);
});

test("the last frame before a rest, counted before the server tells of it, is no outage", () => {
  const outage = new Outage();
  outage.look(5, 0, true);
  assert.equal(outage.look(5, 200, true), false);
  assert.equal(outage.look(6, 2200, true), false);
  assert.equal(outage.isSuspected, false);
});

test("nor is the next frame, told of before it is counted, after such a one", () => {
  const outage = new Outage();
  outage.look(5, 0, true);
  outage.look(5, 200, true);
  assert.equal(outage.look(5, 2200, true), false);
  assert.ok(outage.isSuspected);
  assert.equal(outage.look(6, 2300, false), false);
  assert.equal(outage.isSuspected, false);
});

test("frames that are missing at rest are an outage too", () => {
  const outage = new Outage();
  outage.look(5, 0, true);
  outage.look(5, 2000, true);
  assert.equal(outage.look(5, 4000, true), false);
  assert.equal(outage.look(5, 4699, false), false);
  assert.equal(outage.look(5, 4700, false), true);
});
