import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { InputWriter } from "../../static/input/input-writer.js";

/** @typedef {import("../../static/input/input-writer.js").Fields} Fields */

/** @type {[channel: string, message: Fields][]} */
let sent;
let room = true;
/** @type {Set<() => void>} */
let frames;
/** @type {Set<() => void>} */
let rests;
/** @type {InputWriter} */
let writer;

/**
 * @param {Set<() => void>} calls
 * @param {() => void} call
 */
function later(calls, call) {
  const entry = () => call();
  calls.add(entry);
  return () => void calls.delete(entry);
}

/**
 * @param {Set<() => void>} calls
 */
function run(calls) {
  const due = [...calls];
  calls.clear();
  for (const call of due) call();
}

/** What went where, as "channel type seq x". */
function lines() {
  return sent.map(([channel, { type, seq, x }]) => [channel, type, seq, x].join(" ").trim());
}

beforeEach(() => {
  sent = [];
  room = true;
  frames = new Set();
  rests = new Set();
  writer = new InputWriter(
    {
      input: (message) => void sent.push(["input", message]),
      pointer: (message) => room && sent.push(["pointer", message]) > 0,
    },
    { frame: (call) => later(frames, call), after: (call) => later(rests, call) },
  );
});

test("moves go once per animation frame, the newest of them", () => {
  writer.move({ x: 1 }, 0.1);
  writer.move({ x: 2 }, 0.2);
  assert.deepEqual(lines(), []);
  run(frames);
  assert.deepEqual(sent, [["pointer", { type: "pointer_move", seq: 1, t: 0.2, x: 2, edge: 0 }]]);
  run(frames);
  assert.equal(sent.length, 1);
});

test("a move that was not sent goes on input before an edge", () => {
  writer.move({ x: 1 }, 0);
  writer.edge("pointer_down", { x: 2 }, 0);
  run(frames);
  assert.deepEqual(lines(), ["input pointer_move 1 1", "input pointer_down 2 2"]);
});

test("a move that went on pointer goes again on input before an edge: it may be lost", () => {
  writer.move({ x: 1 }, 0);
  run(frames);
  writer.edge("pointer_down", { x: 2 }, 0);
  assert.deepEqual(lines(), [
    "pointer pointer_move 1 1",
    "input pointer_move 2 1",
    "input pointer_down 3 2",
  ]);
});

test("it goes so only once", () => {
  writer.move({ x: 1 }, 0);
  writer.edge("pointer_down", { x: 2 }, 0);
  writer.edge("pointer_up", { x: 2 }, 0);
  assert.deepEqual(lines().slice(2), ["input pointer_up 3 2"]);
});

test("the last move before rest goes on input", () => {
  writer.move({ x: 1 }, 0);
  run(frames);
  writer.move({ x: 2 }, 0);
  run(frames);
  run(rests);
  assert.deepEqual(lines(), [
    "pointer pointer_move 1 1",
    "pointer pointer_move 2 2",
    "input pointer_move 3 2",
  ]);
  run(rests);
  writer.edge("wheel", { x: 2 }, 0);
  assert.deepEqual(lines().slice(3), ["input wheel 4 2"]);
});

test("a move says which message on input came before it", () => {
  writer.edge("pointer_down", {}, 0);
  writer.move({ x: 1 }, 0);
  run(frames);
  writer.move({ x: 2 }, 0);
  run(frames);
  writer.edge("pointer_up", {}, 0);
  writer.move({ x: 3 }, 0);
  run(frames);
  const edges = sent
    .filter(([channel]) => channel === "pointer")
    .map(([, { seq, edge }]) => [seq, edge]);
  assert.deepEqual(edges, [
    [2, 1],
    [3, 1],
    [6, 5],
  ]);
});

test("seq rises by one over both channels", () => {
  for (let step = 0; step < 50; step += 1) {
    if (step % 3 === 0) writer.edge("key_down", {}, step);
    else writer.move({ x: step }, step);
    if (step % 5 === 0) run(frames);
    if (step % 7 === 0) run(rests);
  }
  assert.deepEqual(
    sent.map(([, { seq }]) => seq),
    sent.map((_message, index) => index + 1),
  );
});

test("while the channel has no room, a move waits for a newer one to take its place", () => {
  room = false;
  writer.move({ x: 1 }, 0);
  run(frames);
  writer.move({ x: 2 }, 0);
  run(frames);
  room = true;
  run(frames);
  assert.deepEqual(lines(), ["pointer pointer_move 1 2"]);
});

test("after stop nothing more is sent", () => {
  writer.move({ x: 1 }, 0);
  writer.stop();
  run(frames);
  run(rests);
  assert.deepEqual(sent, []);
});
