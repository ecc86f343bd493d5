import assert from "node:assert/strict";
import { test } from "node:test";
import { Silence } from "../../static/session/silence.js";

/**
 * What a silence says, looked at every 150 ms.
 *
 * @param {Silence} silence
 * @param {number} from
 * @param {number} to
 * @param {boolean} [hidden]
 */
function listen(silence, from, to, hidden = false) {
  /** @type {[number, string][]} */
  const found = [];
  for (let now = from; now <= to; now += 150) {
    const finding = silence.look(now, hidden);
    if (finding) found.push([now, finding]);
    if (finding === "silent") break;
  }
  return found;
}

test("while pictures move, what stays away is missed within 2 s", () => {
  const silence = new Silence(0);
  for (let now = 0; now <= 900; now += 100) silence.heard(now);
  const found = listen(silence, 900, 5000);
  assert.deepEqual(found[0], [1650, "ask"]);
  assert.ok(found.filter(([, finding]) => finding === "ask").length >= 3);
  const [at, last] = found.at(-1) ?? [0, ""];
  assert.equal(last, "silent");
  assert.ok(at <= 900 + 2000);
});

test("a picture that stays is asked for nothing, and one that is overdue is", () => {
  const silence = new Silence(0);
  for (let now = 0; now < 20000; now += 2000) {
    silence.heard(now);
    assert.deepEqual(listen(silence, now, now + 1950), []);
  }
  assert.equal(listen(silence, 20000, 21500)[0]?.[1], "ask");
});

test("an answer ends the suspicion", () => {
  const silence = new Silence(0);
  silence.suspect(100);
  assert.equal(silence.look(150, false), "ask");
  silence.heard(300);
  assert.equal(silence.since, 300);
  assert.deepEqual(listen(silence, 450, 2500), []);
});

test("a page that nobody sees misses nothing", () => {
  const silence = new Silence(0);
  silence.suspect(0);
  assert.deepEqual(listen(silence, 0, 30000, true), []);
  assert.deepEqual(listen(silence, 30150, 32000), []);
});

test("after sleep nothing is taken for granted", () => {
  const silence = new Silence(0);
  silence.heard(100);
  assert.equal(silence.look(150, false), null);
  assert.equal(silence.look(60000, false), "silent");
  assert.equal(silence.look(60150, true), null);
  assert.equal(silence.look(120000, true), null);
});
