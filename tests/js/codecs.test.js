import assert from "node:assert/strict";
import { test } from "node:test";

import { preferredCodecs } from "../../static/transport/codecs.js";

const CHROMIUM = [
  { mimeType: "video/VP8" },
  { mimeType: "video/rtx" },
  { mimeType: "video/VP9", sdpFmtpLine: "profile-id=0" },
  { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=0;profile-level-id=42001f" },
  { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=1;profile-level-id=42001f" },
  { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=0;profile-level-id=42e01f" },
  { mimeType: "video/H264", sdpFmtpLine: "profile-level-id=42E01F;packetization-mode=1" },
  { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=1;profile-level-id=4d001f" },
  { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=1;profile-level-id=640c1f" },
  { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=0;profile-level-id=f4001f" },
  { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=1;profile-level-id=f4001f" },
  { mimeType: "video/H264" },
  { mimeType: "video/AV1" },
  { mimeType: "video/red" },
  { mimeType: "video/ulpfec" },
  { mimeType: "video/flexfec-03", sdpFmtpLine: "repair-window=10000000" },
];

/**
 * @param {{mimeType: string}[]} codecs
 */
function names(codecs) {
  return codecs.map(({ mimeType }) => mimeType.replace("video/", ""));
}

test("H.264 comes first, then VP8, then repair", () => {
  const codecs = preferredCodecs(CHROMIUM);
  assert.deepEqual(names(codecs), ["H264", "H264", "H264", "VP8", "rtx", "flexfec-03"]);
});

test("of H.264 only baseline and 4:4:4 that may split pictures are asked for", () => {
  const lines = preferredCodecs(CHROMIUM).flatMap(({ sdpFmtpLine: line }) =>
    line?.includes("profile-level-id") ? [line] : [],
  );
  assert.deepEqual(lines, [
    "packetization-mode=1;profile-level-id=42001f",
    "profile-level-id=42E01F;packetization-mode=1",
    "packetization-mode=1;profile-level-id=f4001f",
  ]);
  // Without a profile it is baseline (RFC 6184 8.1).
  const plain = [{ mimeType: "video/H264", sdpFmtpLine: "packetization-mode=1" }];
  assert.deepEqual(preferredCodecs(plain), plain);
});

test("the one that is wanted comes first, the other stays", () => {
  assert.deepEqual(names(preferredCodecs(CHROMIUM, "vp8")), [
    "VP8",
    "H264",
    "H264",
    "H264",
    "rtx",
    "flexfec-03",
  ]);
  assert.deepEqual(names(preferredCodecs(CHROMIUM, "H264")).slice(0, 4), ["H264", "H264", "H264", "VP8"]);
});

test("one that nobody knows changes nothing", () => {
  assert.deepEqual(preferredCodecs(CHROMIUM, "av2"), preferredCodecs(CHROMIUM));
});

test("a browser without H.264 offers VP8", () => {
  const offered = CHROMIUM.filter(({ mimeType }) => mimeType !== "video/H264");
  assert.deepEqual(names(preferredCodecs(offered)), ["VP8", "rtx", "flexfec-03"]);
});

test("a browser that tells nothing useful is left alone", () => {
  assert.deepEqual(preferredCodecs([]), []);
  assert.deepEqual(preferredCodecs([{ mimeType: "video/rtx" }]), []);
});
