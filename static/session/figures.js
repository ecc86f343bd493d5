/**
 * What the browser measured about a connection, from two of its reports. Pure.
 *
 * @module
 */

/**
 * Counters of one moment.
 * @typedef {object} Sample
 * @property {number} time milliseconds
 * @property {Record<string, any>} video the inbound-rtp entry
 * @property {Record<string, any>} pair the candidate pair in use
 * @property {string} codec such as "H264"
 * @property {string} path how packets travel, such as "host, udp"
 */

/**
 * What is shown; null where the browser does not tell.
 * @typedef {object} Figures
 * @property {string} codec
 * @property {readonly [number, number] | null} size the video's
 * @property {number | null} fps decoded per second
 * @property {number | null} bitrate bits per second
 * @property {number | null} roundTrip seconds
 * @property {number | null} loss share of packets, 0 to 1
 * @property {number | null} jitterBuffer seconds a frame waited in it
 * @property {number | null} decoding seconds per frame
 * @property {number | null} dropped frames since the start
 * @property {string} path
 */

/**
 * @param {ReadonlyMap<string, any>} report of `RTCPeerConnection.getStats()`
 * @returns {Sample | null} null before any video came
 */
export function sample(report) {
  const entries = [...report.values()];
  const video = entries.find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
  if (!video) return null;
  const transport = entries.find(({ type }) => type === "transport");
  const pair =
    report.get(transport?.selectedCandidatePairId) ??
    entries.find(
      ({ type, selected, nominated }) => type === "candidate-pair" && (selected || nominated),
    );
  const local = report.get(pair?.localCandidateId);
  return {
    time: video.timestamp,
    video,
    pair: pair ?? {},
    codec: (report.get(video.codecId)?.mimeType ?? "").replace("video/", ""),
    path: [local?.candidateType, local?.protocol].filter(Boolean).join(", "),
  };
}

/**
 * @param {Sample | null} before null at the first look: rates are unknown then
 * @param {Sample} now
 * @returns {Figures}
 */
export function figures(before, now) {
  const grown = (/** @type {string} */ name) =>
    before ? now.video[name] - before.video[name] : NaN;
  const seconds = before ? (now.time - before.time) / 1000 : NaN;
  const lost = grown("packetsLost");
  const { frameWidth, frameHeight } = now.video;
  return {
    codec: now.codec,
    size: frameWidth ? [frameWidth, frameHeight] : null,
    fps: known(grown("framesDecoded") / seconds),
    bitrate: known((8 * grown("bytesReceived")) / seconds),
    roundTrip: known(now.pair.currentRoundTripTime),
    loss: known(lost / (lost + grown("packetsReceived"))),
    jitterBuffer: known(grown("jitterBufferDelay") / grown("jitterBufferEmittedCount")),
    decoding: known(grown("totalDecodeTime") / grown("framesDecoded")),
    dropped: known(now.video.framesDropped),
    path: now.path,
  };
}

/**
 * @param {number | undefined} value
 * @returns {number | null} null for what is not there, and for shares of nothing
 */
function known(value) {
  return value !== undefined && Number.isFinite(value) ? Math.max(0, value) : null;
}
