import assert from "node:assert/strict";
import { test } from "node:test";

import { pauseBefore } from "../../static/backoff.js";

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
