import assert from "node:assert/strict";
import { test } from "node:test";
import { RecentInput } from "../../static/session/recent-input.js";

test("input of the last seconds is kept in its order", () => {
  const recent = new RecentInput();
  for (let seq = 1; seq <= 10; seq++) recent.keep({ seq }, seq * 1000);
  assert.deepEqual(recent.since(10000), [{ seq: 7 }, { seq: 8 }, { seq: 9 }, { seq: 10 }]);
  assert.deepEqual(recent.since(12000), [{ seq: 9 }, { seq: 10 }]);
  assert.deepEqual(recent.since(20000), []);
});
