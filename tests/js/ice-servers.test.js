import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { IceServers } from "../../static/transport/ice-servers.js";

const TURN = [{ urls: "turn:example.org", username: "1:me", credential: "secret" }];
const DAY = 86_400_000;

let now = 0;
/** @type {{at: number, act: () => void} | null} the one timer that runs */
let timer = null;

beforeEach(() => {
  now = 0;
  timer = null;
  mock.restoreAll();
  mock.method(Date, "now", () => now);
  const set = (/** @type {() => void} */ act, /** @type {number} */ pause) =>
    (timer = { at: now + pause, act });
  mock.method(globalThis, "setTimeout", /** @type {any} */ (set));
  mock.method(globalThis, "clearTimeout", () => (timer = null));
});

/**
 * Servers in use since time 0, and what has been fetched since.
 *
 * @param {number} lifetime milliseconds for which each credentials are good
 * @param {{fails?: boolean, named?: () => typeof TURN}} [how]
 */
function use(lifetime, { fails = false, named = () => TURN } = {}) {
  /** @type {number[]} */
  const fetched = [];
  const config = () => ({ iceServers: named(), iceServersExpire: Date.now() + lifetime });
  const peer = { getConfiguration: () => ({}), setConfiguration() {} };
  const fetch = async () => {
    fetched.push(Date.now());
    if (fails) throw new Error("nobody is there");
    return config();
  };
  const servers = new IceServers(/** @type {any} */ (peer), /** @type {any} */ (fetch), true);
  servers.use(/** @type {any} */ (config()));
  return { servers, fetched };
}

/**
 * @param {number} milliseconds
 */
async function pass(milliseconds) {
  const until = now + milliseconds;
  while (timer && timer.at <= until) {
    const { at, act } = timer;
    timer = null;
    now = at;
    act();
    // What was fetched is used in a later turn.
    await new Promise(setImmediate);
  }
  now = until;
}

test("new credentials are fetched before the old expire, and again after those", async () => {
  const { fetched, servers } = use(100_000);
  await pass(79_999);
  assert.deepEqual(fetched, []);
  await pass(1);
  await pass(80_000);
  assert.deepEqual(fetched, [80_000, 160_000]);
  servers.stop();
  await pass(80_000);
  assert.equal(fetched.length, 2);
});

test("what is of no use any more is asked for again, and what was there stays", async () => {
  let servers = TURN;
  const { fetched } = use(100_000, { named: () => servers });
  servers = [];
  await pass(80_000);
  await pass(10_000);
  assert.deepEqual(fetched, [80_000, 90_000]);
});

test("what could not be fetched is tried again", async () => {
  const { fetched } = use(100_000, { fails: true });
  await pass(80_000);
  await pass(10_000);
  assert.deepEqual(fetched, [80_000, 90_000]);
});

test("before an ICE restart, new ones are fetched only where the old have expired", async () => {
  const { servers, fetched } = use(3000, { fails: true });
  await pass(2999);
  assert.deepEqual(fetched, [2400]);
  await servers.freshen();
  assert.equal(fetched.length, 1);
  await pass(1);
  await servers.freshen();
  assert.deepEqual(fetched, [2400, 3000]);
});

test("credentials that last for months, and those of no time, are fetched neither at once nor always", async () => {
  const { servers, fetched: months } = use(90 * DAY);
  await pass(DAY - 1);
  assert.deepEqual(months, []);
  await pass(1);
  assert.deepEqual(months, [DAY]);
  servers.stop();
  const { fetched: none } = use(0);
  await pass(10_000);
  assert.equal(none.length, 10);
});

test("those that never expire are not fetched again", async () => {
  const { fetched } = use(Infinity);
  await pass(100 * DAY);
  assert.deepEqual(fetched, []);
});
