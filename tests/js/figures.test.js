import assert from "node:assert/strict";
import { test } from "node:test";

import { figures, sample } from "../../static/session/figures.js";
import { rowsHere, rowsServer } from "../../static/controls/readout.js";
import { reception } from "../../static/session/undecoded.js";

/**
 * @param {number} seconds since the start
 * @returns {Map<string, any>}
 */
function report(seconds) {
  return new Map(
    Object.entries({
      V: {
        type: "inbound-rtp",
        kind: "video",
        timestamp: 1000 * seconds,
        codecId: "C",
        frameWidth: 1280,
        frameHeight: 720,
        framesDecoded: 60 * seconds,
        bytesReceived: 250_000 * seconds,
        packetsReceived: 99 * seconds,
        packetsLost: seconds,
        jitterBufferDelay: 0.12 * seconds,
        jitterBufferEmittedCount: 60 * seconds,
        totalDecodeTime: 0.3 * seconds,
        framesDropped: 3,
      },
      C: { type: "codec", mimeType: "video/H264" },
      T: { type: "transport", selectedCandidatePairId: "P" },
      P: {
        type: "candidate-pair",
        localCandidateId: "L",
        currentRoundTripTime: 0.025,
        bytesReceived: 10 * seconds,
        responsesReceived: 1,
        requestsReceived: 2,
      },
      L: { type: "local-candidate", candidateType: "relay", protocol: "udp" },
    }),
  );
}

const first = sample(report(1));
const second = sample(report(2));

test("rates come from two samples", () => {
  assert.ok(second);
  assert.deepEqual(figures(first, second), {
    codec: "H264",
    size: [1280, 720],
    fps: 60,
    bitrate: 2_000_000,
    roundTrip: 0.025,
    loss: 0.01,
    jitterBuffer: 0.002,
    decoding: 0.005,
    dropped: 3,
    path: "relay, udp",
  });
});

test("the first sample has no rates", () => {
  assert.ok(first);
  const { fps, bitrate, loss, roundTrip } = figures(null, first);
  assert.deepEqual([fps, bitrate, loss, roundTrip], [null, null, null, 0.025]);
});

test("a still second has no shares of nothing", () => {
  assert.ok(first);
  const { fps, loss, decoding } = figures(first, { ...first, time: first.time + 1000 });
  assert.deepEqual([fps, loss, decoding], [0, null, null]);
});

test("a browser that tells little", () => {
  const bare = sample(new Map([["V", { type: "inbound-rtp", kind: "video", timestamp: 5 }]]));
  assert.ok(bare);
  assert.equal(figures(null, bare).size, null);
  assert.equal(sample(new Map()), null);
});

test("rows for people", () => {
  assert.ok(second);
  assert.deepEqual(Object.fromEntries(rowsHere(figures(first, second))), {
    Video: "H264, 1280 × 720",
    Frames: "60/s",
    Rate: "2.00 Mbit/s",
    "Round trip": "25.0 ms",
    "Lost packets": "1.0 %",
    "Jitter buffer": "2.0 ms",
    Decoding: "5.0 ms",
    "Dropped frames": "3",
    Path: "relay, udp",
  });
  assert.ok(rowsHere(null).every(([, value]) => value === "–"));
});

test("rows of the server", () => {
  const rows = Object.fromEntries(
    rowsServer({
      codec: "h264",
      encoder: "libx264",
      chroma: "444",
      chroma_reason: "the browser takes it",
      fps: 59.94,
      bitrate: 480_400,
      target_bitrate: 3e6,
      available_bitrate: 3.6e6,
      rate_state: "rising",
      cuts: { sudden: 1, queue: 2 },
      capacity: 4.8e6,
      queue_delay: 0.0125,
      encode_time: 0.0042,
      limited_by: "encoder",
    glass_p50: 0.0121,
    glass_p95: 0.0149,
    glass_p99: 0.0314,
    input_to_photon_p50: null,
    clock_error: 0.0006,
      round_trip: null,
      loss: 0,
      retransmitted: 12,
      fec: true,
      skipped: 7,
      key_frames: { join: 1, request: 2, resize: 0 },
      exact: 3,
      dropped_input: {},
    }),
  );
  assert.deepEqual(rows, {
    Encoder: "h264, libx264",
    Colours: "4:4:4 (the browser takes it)",
    Frames: "60/s",
    Rate: "480 kbit/s",
    "Aiming at": "3.00 Mbit/s",
    Allowed: "3.60 Mbit/s, rising",
    "Rate cuts": "1 sudden, 2 queue",
    Link: "4.80 Mbit/s",
    Queue: "12.5 ms",
    "Round trip": "–",
    "Lost packets": "0.0 %",
    Repairs: "12, FEC",
    Skipped: "7",
    Encoding: "4.2 ms",
    "Limited by": "encoder",
    "Picture to screen": "12 / 15 / 31 ms",
    "Input to screen": "–",
    "Clock error": "0.6 ms",
    "Key frames": "1 join, 2 request",
    "Exact pictures": "3",
    "Dropped input": "0",
  });
  assert.ok(rowsServer(null).every(([, value]) => value === "–"));
});

test("rows of a server whose transport knows little", () => {
  const unknown = { available_bitrate: null, rate_state: null, cuts: {}, retransmitted: null };
  const rows = Object.fromEntries(rowsServer({ ...unknown, fec: null, capacity: null }));
  const { Allowed, "Rate cuts": cuts, Repairs, Link } = rows;
  assert.deepEqual([Allowed, cuts, Repairs, Link], ["–", "0", "–", "–"]);
});

test("video has arrived before it was decoded", () => {
  const seen = (/** @type {object} */ counts) =>
    reception(new Map([["V", { type: "inbound-rtp", kind: "video", ...counts }]]));
  assert.deepEqual(reception(new Map()), { arrived: false, decoded: false });
  assert.deepEqual(seen({}), { arrived: false, decoded: false });
  assert.deepEqual(seen({ packetsReceived: 3 }), { arrived: true, decoded: false });
  assert.deepEqual(seen({ packetsReceived: 3, framesDecoded: 1 }), { arrived: true, decoded: true });
});
