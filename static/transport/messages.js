/**
 * The server's messages, from text to values that can be relied upon. Pure.
 *
 * @module
 */

/** @typedef {import("../picture/exact-image.js").ImageHeader} ImageHeader */
/** @typedef {import("../picture/geometry.js").Size} Size */
/** @typedef {import("../picture/identities.js").FrameIdentity} FrameIdentity */
/** @typedef {import("../probe/questions.js").Answer} Answer */
/** @typedef {import("../picture/sizes.js").PictureSize} PictureSize */
/** @typedef {{width: number, height: number, times: number}} WantedSize CSS pixels */
/**
 * @typedef {{type: "hello", protocol: number, peer: string, role: string, resizable: boolean,
 *     exact: boolean}
 *   | {type: "control", steering: boolean}
 *   | {type: "control_refused", reason: string}
 *   | ({type: "size"} & PictureSize)
 *   | {type: "title", title: string}
 *   | {type: "cursor", cursor: string}
 *   | {type: "notice", text: string | null}
 *   | {type: "css_size", width: string | null, height: string | null}
 *   | ({type: "wanted_size"} & WantedSize)
 *   | {type: "probes", registered: boolean, allowed: boolean}
 *   | ({type: "probe"} & Answer)
 *   | {type: "stats", figures: Record<string, unknown>}
 *   | {type: "frames", frames: FrameIdentity[]}
 *   | {type: "ping", ping: number}
 *   | {type: "pong"}
 *   | ({type: "image"} & ImageHeader)
 *   | {type: "piece", data: ArrayBuffer}
 *   | {type: "cancel", picture: number}
 *   | {type: "bye", reason: string, retry: boolean}} ServerMessage
 */

/** The version of docs/protocol.md that this client speaks. */
export const PROTOCOL = 1;

/**
 * @param {unknown} data what the data channel gave
 * @returns {ServerMessage | null} null for what is unknown or malformed: it is ignored
 */
export function parseMessage(data) {
  if (data instanceof ArrayBuffer) return { type: "piece", data };
  const message = parseObject(data);
  switch (message?.type) {
    case "hello":
      if (typeof message.protocol !== "number") return null;
      return {
        type: "hello",
        protocol: message.protocol,
        peer: text(message.peer),
        role: text(message.role),
        resizable: message.resizable === true,
        exact: message.exact === true,
      };
    case "control":
      return { type: "control", steering: message.steering === true };
    case "control_refused":
      return { type: "control_refused", reason: text(message.reason) };
    case "size":
      return parseSizeMessage(message);
    case "title":
      return { type: "title", title: text(message.title) };
    case "cursor":
      return { type: "cursor", cursor: text(message.cursor) };
    case "notice":
      return { type: "notice", text: text(message.text) || null };
    case "css_size":
      return {
        type: "css_size",
        width: text(message.width) || null,
        height: text(message.height) || null,
      };
    case "wanted_size":
      return parseWantedSize(message);
    case "probes":
      return {
        type: "probes",
        registered: message.registered === true,
        allowed: message.allowed === true,
      };
    case "probe":
      return parseAnswer(message);
    case "stats":
      return { type: "stats", figures: message };
    case "frames":
      return { type: "frames", frames: list(message.frames).flatMap(parseFrame) };
    case "ping":
      return typeof message.ping === "number" ? { type: "ping", ping: message.ping } : null;
    case "pong":
      return { type: "pong" };
    case "image":
      return parseImageMessage(message);
    case "cancel":
      return { type: "cancel", picture: Number(message.picture) };
    case "bye":
      return { type: "bye", reason: text(message.reason), retry: message.retry === true };
    default:
      return null;
  }
}

/**
 * @param {unknown} data
 * @returns {Record<string, unknown> | null}
 */
export function parseObject(data) {
  if (typeof data !== "string") return null;
  try {
    const value = JSON.parse(data);
    return typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * @param {Record<string, unknown>} message
 * @returns {ServerMessage | null}
 */
function parseSizeMessage(message) {
  const picture = size(message.picture);
  const encoded = size(message.encoded);
  const shown = size(message.shown);
  const logical = size(message.logical);
  return picture && encoded && shown && logical
    ? { type: "size", picture, encoded, shown, logical }
    : null;
}

/**
 * @param {Record<string, unknown>} message
 * @returns {ServerMessage | null}
 */
function parseWantedSize({ width, height, times }) {
  return typeof width === "number" && typeof height === "number" && typeof times === "number"
    ? { type: "wanted_size", width, height, times }
    : null;
}

/**
 * @param {Record<string, unknown>} message
 * @returns {ServerMessage | null}
 */
function parseAnswer({ probe, value = null, text: shown, error }) {
  if (typeof probe !== "number") return null;
  return { type: "probe", probe, value, text: text(shown), error: text(error) || null };
}

/**
 * @param {Record<string, unknown>} message
 * @returns {ServerMessage | null}
 */
function parseImageMessage({ picture, size: sides, bytes, format }) {
  const pixels = size(sides);
  if (!pixels || typeof picture !== "number" || typeof bytes !== "number") return null;
  return { type: "image", picture, size: pixels, bytes, format: text(format) };
}

/**
 * @param {unknown} entry `[RTP timestamp, picture, id, render time, seq, content]`
 * @returns {FrameIdentity[]} none for what is malformed
 */
function parseFrame(entry) {
  const [rtpTimestamp, picture, id, renderTime, seq, told] = list(entry);
  const numbers = [rtpTimestamp, picture, renderTime, seq];
  if (!numbers.every((number) => typeof number === "number")) return [];
  const sent = typeof id === "number" || typeof id === "string" ? id : null;
  const content = typeof told === "number" ? told : picture;
  return [{ rtpTimestamp, picture, content, id: sent, renderTime, seq }];
}

/**
 * @param {unknown} value
 * @returns {any[]}
 */
function list(value) {
  return Array.isArray(value) ? value : [];
}

/**
 * @param {unknown} value
 * @returns {Size | null}
 */
function size(value) {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const positive = value.every((side) => Number.isFinite(side) && side > 0);
  return positive ? [value[0], value[1]] : null;
}

/**
 * @param {unknown} value
 */
function text(value) {
  return typeof value === "string" ? value : "";
}
