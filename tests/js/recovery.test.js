import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, unreachable } from "../../static/problem.js";
import { recover } from "../../static/session/recovery.js";

/**
 * @param {{restart?: () => Promise<void>, heardAt?: number, endsAt?: number}} [how]
 */
async function recovering({ restart = async () => {}, heardAt = Infinity, endsAt = Infinity } = {}) {
  let now = 0;
  let restarts = 0;
  const patient = {
    restart: () => ((restarts += 1), restart()),
    isHeard: () => now >= heardAt,
    isEnded: () => now >= endsAt,
  };
  const clock = {
    now: () => now,
    async wait(/** @type {number} */ milliseconds) {
      now += milliseconds;
    },
  };
  return { isBack: await recover(patient, clock), now, restarts };
}

const fails = (/** @type {Error} */ problem) => () => Promise.reject(problem);

test("one restart does, where something arrives then", async () => {
  assert.deepEqual(await recovering({ heardAt: 100 }), { isBack: true, now: 100, restarts: 1 });
});

test("nothing for 2 s after it, and another connection is needed", async () => {
  assert.deepEqual(await recovering(), { isBack: false, now: 2000, restarts: 1 });
});

test("a server that is not reached is tried again until it lets go of the peer", async () => {
  const restart = fails(unreachable());
  const back = await recovering({ restart, heardAt: 3000 });
  assert.ok(back.isBack && back.restarts > 5);
  const gone = await recovering({ restart });
  assert.ok(!gone.isBack && gone.now > 5000 && gone.now < 6000);
});

test("a server that refuses it is not asked again", async () => {
  for (const problem of [refusal(404, ""), new Error("The browser cannot.")]) {
    const { isBack, restarts, now } = await recovering({ restart: fails(problem) });
    assert.deepEqual([isBack, restarts], [false, 1]);
    assert.ok(now <= 300);
  }
});

test("it ends with its connection", async () => {
  assert.deepEqual(await recovering({ endsAt: 150 }), { isBack: false, now: 150, restarts: 1 });
});
