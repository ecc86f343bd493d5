import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, inOneLine } from "../../static/controls/situation.js";

/** @typedef {import("../../static/controls/situation.js").Situation} Situation */

/**
 * @param {Partial<Situation>} change
 */
function saying(change) {
  return describe({
    state: "live",
    code: null,
    reason: "",
    advice: "",
    findings: [],
    steering: true,
    mayOnlyWatch: false,
    viewOnly: false,
    picture: true,
    notice: null,
    remark: null,
    ...change,
  });
}

/** @type {[Partial<Situation>, string][]} */
const LINES = [
  [{ state: "connecting", picture: false }, "Connecting."],
  [{}, "Live, you steer."],
  [{ steering: false }, "Watching, somebody else steers."],
  [{ steering: false, mayOnlyWatch: true }, "Watching, you may only watch."],
  [{ viewOnly: true }, "Live, view only."],
  [{ picture: false }, "Connected. Waiting for the program’s first picture."],
  [{ notice: "The program's draw failed." }, "The program's draw failed."],
  [{ notice: "The program's draw failed.", remark: "Nobody is asked." }, "Nobody is asked."],
  [
    { state: "reconnecting", reason: "The connection broke." },
    "Reconnecting. The connection broke.",
  ],
  [
    { state: "failed", reason: "No access.", advice: "Open the link again." },
    "Not connected. No access. Open the link again.",
  ],
  [
    {
      state: "reconnecting",
      picture: false,
      reason: "No video arrives.",
      advice: "Ask somebody.",
      findings: [{ tried: "UDP", found: "No answer.", advice: "Open port 8080." }],
    },
    "Trying to connect. No video arrives. UDP: No answer. Open port 8080.",
  ],
  [{ state: "closed" }, "Closed."],
];
for (const [change, line] of LINES) {
  test(line, () => assert.equal(inOneLine(saying(change)), line));
}

test("who may steer and does not is offered control, nobody else", () => {
  assert.equal(saying({ steering: false }).action, "Take control");
  for (const change of [{}, { steering: false, mayOnlyWatch: true }, { steering: false, viewOnly: true }]) {
    assert.equal(saying(change).action, "");
  }
});

test("only what needs nobody fades away", () => {
  assert.equal(saying({}).lasting, false);
  assert.equal(saying({ steering: false }).lasting, false);
  assert.equal(saying({ notice: "Something." }).lasting, true);
  assert.equal(saying({ state: "reconnecting" }).lasting, true);
});

test("the last picture stays in sight while reconnecting", () => {
  assert.equal(saying({ state: "reconnecting" }).covers, false);
  assert.equal(saying({ state: "reconnecting", picture: false }).covers, true);
  assert.equal(saying({ state: "failed" }).covers, true);
});

test("trying again is offered where it can help", () => {
  assert.equal(saying({ state: "failed" }).action, "Try again");
  assert.equal(saying({ state: "failed", code: "choose" }).action, "");
});
