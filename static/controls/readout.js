/**
 * The statistics as rows of text. Pure.
 *
 * @module
 */

/** @typedef {import("../session/figures.js").Figures} Figures */
/** @typedef {readonly [label: string, value: string]} Row */

const UNKNOWN = "–";

/**
 * @param {Figures | null} here
 * @returns {Row[]}
 */
export function rowsHere(here) {
  return [
    ["Video", join(here?.codec, dimensions(here?.size))],
    ["Frames", amount(here?.fps, 0, "/s")],
    ["Rate", bitrate(here?.bitrate)],
    ["Round trip", milliseconds(here?.roundTrip)],
    ["Lost packets", percent(here?.loss)],
    ["Jitter buffer", milliseconds(here?.jitterBuffer)],
    ["Decoding", milliseconds(here?.decoding)],
    ["Dropped frames", amount(here?.dropped, 0)],
    ["Path", here?.path || UNKNOWN],
  ];
}

/**
 * @param {Record<string, unknown> | null} server the fields of PeerStats
 * @returns {Row[]}
 */
export function rowsServer(server) {
  return [
    ["Encoder", join(server?.codec, server?.encoder)],
    ["Colours", chroma(server)],
    ["Frames", amount(server?.fps, 0, "/s")],
    ["Rate", bitrate(server?.bitrate)],
    ["Aiming at", bitrate(server?.target_bitrate)],
    ["Allowed", join(bitrate(server?.available_bitrate), server?.rate_state)],
    ["Rate cuts", counts(server?.cuts)],
    ["Link", bitrate(server?.capacity)],
    ["Queue", milliseconds(server?.queue_delay)],
    ["Round trip", milliseconds(server?.round_trip)],
    ["Lost packets", percent(server?.loss)],
    ["Repairs", join(amount(server?.retransmitted, 0), server?.fec && "FEC")],
    ["Skipped", amount(server?.skipped, 0)],
    ["Encoding", milliseconds(server?.encode_time)],
    ["Limited by", join(server?.limited_by)],
    ["Picture to screen", percentiles(server, "glass")],
    ["Input to screen", percentiles(server, "input_to_photon")],
    ["Clock error", milliseconds(server?.clock_error)],
    ["Key frames", counts(server?.key_frames)],
    ["Exact pictures", amount(server?.exact, 0)],
    ["Dropped input", counts(server?.dropped_input)],
  ];
}

/**
 * @param {Record<string, unknown> | null} server
 */
function chroma(server) {
  const { chroma, chroma_reason: reason } = server ?? {};
  return typeof chroma === "string" ? `${[...chroma].join(":")} (${reason})` : UNKNOWN;
}

/**
 * @param {unknown} value
 * @param {number} digits
 * @param {string} [unit]
 */
function amount(value, digits, unit = "") {
  return typeof value === "number" ? `${value.toFixed(digits)}${unit}` : UNKNOWN;
}

/**
 * @param {unknown} seconds
 */
function milliseconds(seconds) {
  return typeof seconds === "number" ? amount(seconds * 1000, 1, " ms") : UNKNOWN;
}

/**
 * The 50th, 95th and 99th percentile.
 *
 * @param {Record<string, unknown> | null} server
 * @param {string} name
 */
function percentiles(server, name) {
  const seconds = ["p50", "p95", "p99"].map((which) => server?.[`${name}_${which}`]);
  if (!seconds.every((each) => typeof each === "number")) return UNKNOWN;
  return `${seconds.map((each) => amount(Number(each) * 1000, 0)).join(" / ")} ms`;
}

/**
 * @param {unknown} share
 */
function percent(share) {
  return typeof share === "number" ? amount(share * 100, 1, " %") : UNKNOWN;
}

/**
 * @param {unknown} bits per second
 */
function bitrate(bits) {
  if (typeof bits !== "number") return UNKNOWN;
  return bits >= 1e6 ? amount(bits / 1e6, 2, " Mbit/s") : amount(bits / 1e3, 0, " kbit/s");
}

/**
 * @param {readonly number[] | null | undefined} size
 */
function dimensions(size) {
  return size ? size.join(" × ") : "";
}

/**
 * @param {unknown} reasons how many for each
 */
function counts(reasons) {
  if (typeof reasons !== "object" || !reasons) return UNKNOWN;
  const entries = Object.entries(reasons).filter(([, count]) => count);
  return entries.map(([reason, count]) => `${count} ${reason}`).join(", ") || "0";
}

/**
 * @param {...unknown} parts
 */
function join(...parts) {
  return parts.filter(Boolean).join(", ") || UNKNOWN;
}
