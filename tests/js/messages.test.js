import assert from "node:assert/strict";
import { test } from "node:test";

import { parseMessage } from "../../static/transport/messages.js";

/**
 * @param {object} message
 */
function parse(message) {
  return parseMessage(JSON.stringify(message));
}

test("messages of the protocol", () => {
  assert.deepEqual(
    parse({ type: "hello", protocol: 1, version: "0.1.0", peer: "p1", role: "viewer", resizable: true }),
    { type: "hello", protocol: 1, peer: "p1", role: "viewer", resizable: true, exact: false },
  );
  assert.deepEqual(parse({ type: "control", steering: true }), { type: "control", steering: true });
  assert.deepEqual(parse({ type: "control_refused", reason: "Not now." }), {
    type: "control_refused",
    reason: "Not now.",
  });
  assert.deepEqual(
    parse({ type: "size", picture: [641, 361], encoded: [642, 362], shown: [641, 361], logical: [320.5, 180.5] }),
    { type: "size", picture: [641, 361], encoded: [642, 362], shown: [641, 361], logical: [320.5, 180.5] },
  );
  assert.deepEqual(parse({ type: "title", title: "Planet" }), { type: "title", title: "Planet" });
  assert.deepEqual(parse({ type: "cursor", cursor: "grab" }), { type: "cursor", cursor: "grab" });
  assert.deepEqual(parse({ type: "notice", text: null }), { type: "notice", text: null });
  assert.deepEqual(parse({ type: "css_size", width: "50%", height: null }), {
    type: "css_size",
    width: "50%",
    height: null,
  });
  assert.deepEqual(parse({ type: "wanted_size", width: 640, height: 480.5, times: 2 }), {
    type: "wanted_size",
    width: 640,
    height: 480.5,
    times: 2,
  });
  assert.deepEqual(parse({ type: "probes", registered: true, allowed: false }), {
    type: "probes",
    registered: true,
    allowed: false,
  });
  assert.deepEqual(parse({ type: "probe", probe: 3, value: [1, null], text: "1, nan" }), {
    type: "probe",
    probe: 3,
    value: [1, null],
    text: "1, nan",
    error: null,
  });
  assert.deepEqual(parse({ type: "probe", probe: 3, error: "No." }), {
    type: "probe",
    probe: 3,
    value: null,
    text: "",
    error: "No.",
  });
  assert.deepEqual(parse({ type: "bye", reason: "Closed.", retry: true }), {
    type: "bye",
    reason: "Closed.",
    retry: true,
  });
});

test("which picture each frame shows", () => {
  const [rtpTimestamp, picture, renderTime, seq] = [4294967295, 7, 1234.5678, 21];
  for (const id of [12, "a name", null]) {
    assert.deepEqual(parse({ type: "frames", frames: [[rtpTimestamp, picture, id, renderTime, seq]] }), {
      type: "frames",
      frames: [{ rtpTimestamp, picture, content: 7, id, renderTime, seq }],
    });
  }
  const again = [rtpTimestamp, 9, null, renderTime, seq, 7];
  assert.deepEqual(parse({ type: "frames", frames: [again] }), {
    type: "frames",
    frames: [{ rtpTimestamp, picture: 9, content: 7, id: null, renderTime, seq }],
  });
  const good = [1, 2, { an: "object" }, 3, 4, "newer"];
  const bad = [null, 7, [], [1, 2, 3], ["1", 2, 3, 4, 5], [1, 2, 3, null, 5]];
  assert.deepEqual(parse({ type: "frames", frames: [...bad, good] }), {
    type: "frames",
    frames: [{ rtpTimestamp: 1, picture: 2, content: 2, id: null, renderTime: 3, seq: 4 }],
  });
  assert.deepEqual(parse({ type: "frames" }), { type: "frames", frames: [] });
});

test("the server asks for the time", () => {
  assert.deepEqual(parse({ type: "ping", ping: 7 }), { type: "ping", ping: 7 });
  assert.equal(parse({ type: "ping", ping: "7" }), null);
});

test("an exact image and its pieces", () => {
  const image = { type: "image", picture: 7, size: [641, 361], bytes: 1000, format: "png" };
  assert.deepEqual(parse(image), image);
  assert.equal(parse({ ...image, size: [641] }), null);
  assert.equal(parse({ ...image, picture: "7" }), null);
  assert.equal(parse({ ...image, bytes: null }), null);
  assert.deepEqual(parse({ type: "cancel", picture: 7 }), { type: "cancel", picture: 7 });
  const data = new ArrayBuffer(3);
  assert.deepEqual(parseMessage(data), { type: "piece", data });
});

test("fields of the wrong kind become harmless", () => {
  assert.deepEqual(parse({ type: "control", steering: "yes" }), {
    type: "control",
    steering: false,
  });
  assert.deepEqual(parse({ type: "title", title: 7 }), { type: "title", title: "" });
  assert.deepEqual(parse({ type: "bye" }), { type: "bye", reason: "", retry: false });
});

for (const data of [
  "",
  "{",
  "null",
  "7",
  "[]",
  '"text"',
  "{}",
  '{"type": "unknown"}',
  '{"type": 7}',
  new Blob(),
  undefined,
  '{"type": "hello"}',
  '{"type": "probe", "probe": "1"}',
  '{"type": "size"}',
  '{"type": "wanted_size", "width": 640, "height": "480", "times": 1}',
  '{"type": "size", "picture": [1, 2], "encoded": [2, 2]}',
  '{"type": "size", "picture": [0, 2], "encoded": [2, 2], "shown": [1, 2], "logical": [1, 1]}',
  '{"type": "size", "picture": [1, 2, 3], "encoded": [2, 2], "shown": [1, 2], "logical": [1, 1]}',
  '{"type": "size", "picture": ["1", 2], "encoded": [2, 2], "shown": [1, 2], "logical": [1, 1]}',
]) {
  test(`${JSON.stringify(data)} is ignored`, () => assert.equal(parseMessage(data), null));
}
