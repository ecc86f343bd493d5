import assert from "node:assert/strict";
import { test } from "node:test";
import { decodable, h264Name } from "../../static/transport/decoder.js";

test("an H.264 stream is called by what its SPS says", () => {
  const frame = [0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x20, 0xda, 0, 0, 1, 0x68];
  assert.equal(h264Name(new Uint8Array(frame)), "avc1.42c020");
  assert.equal(h264Name(new Uint8Array([0, 0, 1, 0x67, 0xf4, 0x00, 0x1f])), "avc1.f4001f");
});

test("one that says nothing is tried as what is usual", () => {
  for (const frame of [[], [0, 0, 1], [0, 0, 1, 0x67, 0x42], [1, 2, 3, 4, 5, 6, 7, 8]]) {
    assert.match(h264Name(new Uint8Array(frame)), /^avc1\.42/);
  }
});

test("without WebCodecs there is JPEG", async () => {
  assert.deepEqual(await decodable(), ["jpeg"]);
});

test("with them, what they know comes first", async (context) => {
  context.after(() => Reflect.deleteProperty(globalThis, "VideoDecoder"));
  const known = new Set(["avc1.42E034", "avc1.F4001F", "vp8"]);
  Reflect.set(globalThis, "VideoDecoder", {
    /** @param {{codec: string}} config */
    isConfigSupported: async ({ codec }) => ({ supported: known.has(codec) }),
  });
  assert.deepEqual(await decodable(), ["h264", "h264-444", "vp8", "jpeg"]);
  known.delete("avc1.42E034");
  known.delete("avc1.F4001F");
  assert.deepEqual(await decodable(), ["vp8", "jpeg"]);
});
