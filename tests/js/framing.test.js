import assert from "node:assert/strict";
import { test } from "node:test";
import { ack, CHANNELS, message, parse } from "../../static/transport/framing.js";

/**
 * @param {string} hex
 * @returns {ArrayBuffer}
 */
function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)).buffer;
}

test("a frame and its announcement", () => {
  assert.deepEqual(parse(bytes("1000000000000005")), { kind: "begin", number: 5 });
  const frame = parse(bytes("110101000000000500015f9064617461"));
  assert.ok(frame?.kind === "frame");
  const { data, ...rest } = frame;
  assert.deepEqual(rest, {
    kind: "frame",
    number: 5,
    codec: "vp8",
    key: true,
    timestamp: 90000,
  });
  assert.equal(new TextDecoder().decode(data), "data");
});

test("a frame without data repeats the one before", () => {
  const frame = parse(bytes("11020000ffffffff00000001"));
  assert.ok(frame?.kind === "frame");
  assert.equal(frame.codec, "jpeg");
  assert.equal(frame.key, false);
  assert.equal(frame.number, 2 ** 32 - 1);
  assert.equal(frame.data.length, 0);
});

test("messages are read as they were written", () => {
  const sent = message(CHANNELS.app, '{"title":"é"}');
  assert.deepEqual(parse(sent.buffer), { kind: "message", channel: 2, data: '{"title":"é"}' });
  const binary = parse(bytes("0401ff00"));
  assert.deepEqual(binary, { kind: "message", channel: 4, data: new Uint8Array([255, 0]).buffer });
});

test("what is unknown is ignored", () => {
  for (const hex of ["", "00", "1000", "1101", "110900000000000500015f90", "0800", "6300"]) {
    assert.equal(parse(bytes(hex)), null, hex);
  }
});

test("an acknowledgement has its times in microseconds", () => {
  const view = new DataView(ack(7, 20.5, 1e12));
  assert.equal(view.getUint8(0), 18);
  assert.deepEqual(
    [4, 8, 12].map((at) => view.getUint32(at)),
    [7, 20500, 2 ** 32 - 1],
  );
  assert.equal(new DataView(ack(7, -1, 0)).getUint32(8), 0);
});
