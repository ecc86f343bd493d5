import assert from "node:assert/strict";
import { test } from "node:test";
import { Outage } from "../../static/outage.js";

test("frames that arrive are no outage, however seldom they are sent", () => {
  const outage = new Outage();
  for (let at = 0; at < 20000; at += 2000) {
    assert.equal(outage.look(at, at), false);
    assert.equal(outage.isSuspected, false);
  }
});

test("none for 700 ms is one", () => {
  const outage = new Outage();
  outage.look(5, 0);
  assert.equal(outage.look(5, 200), false);
  assert.ok(outage.isSuspected);
  assert.equal(outage.look(5, 899), false);
  assert.equal(outage.look(5, 900), true);
});

test("one that arrives after all ends the suspicion", () => {
  const outage = new Outage();
  outage.look(5, 0);
  outage.look(5, 200);
  assert.equal(outage.look(6, 850), false);
  assert.equal(outage.isSuspected, false);
  assert.equal(outage.look(6, 1000), false);
  assert.equal(outage.look(6, 1500), false);
});
