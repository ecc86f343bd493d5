/**
 * Which video codecs to ask for, in which order. Pure.
 *
 * @module
 */

/** @typedef {{mimeType: string, sdpFmtpLine?: string}} Codec as in RTCRtpCodec */

/** H.264 first: its encoder follows a changing rate best. */
const VIDEO = ["video/h264", "video/vp8"];
/** Repair: re-sent packets, forward error correction. */
const REPAIR = ["video/rtx", "video/flexfec-03"];

/**
 * The codecs that the server can send, best first, then what repairs losses.
 *
 * @template {Codec} T
 * @param {readonly T[]} offered what the browser can receive
 * @param {string | null} [wanted] "h264" or "vp8", to have that one first
 * @returns {T[]} empty where none of the video codecs is there: then ask for no order at all
 */
export function preferredCodecs(offered, wanted = null) {
  const first = wanted ? [`video/${wanted.toLowerCase()}`] : [];
  const video = pick(
    offered,
    [...new Set([...first, ...VIDEO])].filter((name) => VIDEO.includes(name)),
  );
  return video.length ? [...video, ...pick(offered, REPAIR)] : [];
}

/**
 * @template {Codec} T
 * @param {readonly T[]} offered
 * @param {readonly string[]} names
 * @returns {T[]}
 */
function pick(offered, names) {
  return names.flatMap((name) =>
    offered.filter((codec) => codec.mimeType.toLowerCase() === name && isSendable(codec)),
  );
}

/**
 * Of H.264 the server sends baseline and High 4:4:4 Predictive (f400), pictures split over packets
 * (packetization-mode 1, RFC 6184 6.3). What else a browser has of it would make up half of the
 * offer.
 *
 * @param {Codec} codec
 * @returns {boolean}
 */
function isSendable({ mimeType, sdpFmtpLine = "" }) {
  if (mimeType.toLowerCase() !== "video/h264") return true;
  const otherProfile = /profile-level-id=(?!42|f400)/i;
  return /packetization-mode=1/.test(sdpFmtpLine) && !otherProfile.test(sdpFmtpLine);
}
