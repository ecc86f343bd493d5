/**
 * What is known of a WebSocket, in the form in which a peer connection reports. Pure.
 *
 * @module
 */

/**
 * @typedef {object} SocketFigures
 * @property {number} now milliseconds
 * @property {string} codec "h264", "vp8" or "jpeg"
 * @property {number} arrived frames that came
 * @property {number} frames decoded
 * @property {number} decoding seconds, for all of them
 * @property {readonly [width: number, height: number] | null} size of the last one
 * @property {number} bytes of all frames that came
 */

/**
 * @param {SocketFigures} figures
 * @returns {Map<string, any>} as an RTCStatsReport, with as much in it as makes sense
 */
export function socketReport(figures) {
  const { now, codec, arrived, frames, decoding, size, bytes } = figures;
  const [frameWidth, frameHeight] = size ?? [];
  const video = {
    type: "inbound-rtp",
    kind: "video",
    timestamp: now,
    codecId: "codec",
    packetsReceived: arrived,
    framesDecoded: frames,
    totalDecodeTime: decoding,
    bytesReceived: bytes,
    frameWidth,
    frameHeight,
  };
  const pair = {
    type: "candidate-pair",
    nominated: true,
    localCandidateId: "local",
  };
  return new Map(
    /** @type {[string, object][]} */ ([
      ["video", video],
      ["codec", { mimeType: `video/${codec.toUpperCase()}` }],
      ["pair", pair],
      ["local", { candidateType: "WebSocket", protocol: "tcp" }],
    ]),
  );
}
