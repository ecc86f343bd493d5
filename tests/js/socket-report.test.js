import assert from "node:assert/strict";
import { test } from "node:test";
import { figures, sample } from "../../static/session/figures.js";
import { socketReport } from "../../static/transport/socket-report.js";

/**
 * @param {number} now
 * @param {number} frames
 */
function report(now, frames) {
  const bytes = frames * 1000;
  const known = { now, frames, bytes, arrived: frames, codec: "h264", decoding: frames * 0.004 };
  return socketReport({ ...known, size: [640, 480] });
}

test("the statistics understand it", () => {
  const [before, after] = [sample(report(1000, 30)), sample(report(3000, 90))];
  assert.ok(before && after);
  const seen = figures(before, after);
  assert.equal(seen.codec, "H264");
  assert.deepEqual(seen.size, [640, 480]);
  assert.equal(seen.fps, 30);
  assert.equal(seen.bitrate, 240000);
  assert.equal(seen.decoding?.toFixed(4), "0.0040");
  assert.equal(seen.path, "WebSocket, tcp");
  assert.equal(seen.loss, null);
});
