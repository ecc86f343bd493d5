/**
 * What crosses a WebSocket in binary, between bytes and values. Pure; docs/protocol.md has the
 * layout.
 *
 * @module
 */

/**
 * @typedef {{kind: "begin", number: number}
 *   | {kind: "frame", number: number, codec: string, key: boolean, timestamp: number,
 *      data: Uint8Array<ArrayBuffer>}
 *   | {kind: "message", channel: number, data: string | ArrayBuffer}} Received
 */

/** The channels by their numbers. */
export const CHANNELS = Object.freeze({ input: 0, pointer: 1, app: 2, frames: 3, exact: 4 });

const MOST_CHANNELS = 8;
const BEGIN = 16;
const FRAME = 17;
const ACK = 18;
const TEXT = 0;
const CODECS = ["h264", "vp8", "jpeg"];
const KEY = 1;
const BEGIN_SIZE = 8;
const HEADER_SIZE = 12;
const LONGEST = 0xffffffff;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * @param {ArrayBuffer} buffer a message of the server's
 * @returns {Received | null} null for what is unknown: it is ignored
 */
export function parse(buffer) {
  const view = new DataView(buffer);
  const size = buffer.byteLength;
  const kind = size >= 2 ? view.getUint8(0) : -1;
  if (kind === BEGIN && size >= BEGIN_SIZE) return { kind: "begin", number: view.getUint32(4) };
  if (kind === FRAME && size >= HEADER_SIZE) return parseFrame(view);
  if (kind < 0 || kind >= MOST_CHANNELS) return null;
  const isText = view.getUint8(1) === TEXT;
  const data = isText ? decoder.decode(new Uint8Array(buffer, 2)) : buffer.slice(2);
  return { kind: "message", channel: kind, data };
}

/**
 * @param {DataView<ArrayBuffer>} view
 * @returns {Received | null}
 */
function parseFrame(view) {
  const codec = CODECS[view.getUint8(1)];
  if (!codec) return null;
  return {
    kind: "frame",
    number: view.getUint32(4),
    codec,
    key: (view.getUint8(2) & KEY) !== 0,
    timestamp: view.getUint32(8),
    data: new Uint8Array(view.buffer, HEADER_SIZE),
  };
}

/**
 * The acknowledgement of a frame.
 *
 * @param {number} number
 * @param {number} spread milliseconds from the arrival of its announcement to its own
 * @param {number} held milliseconds since its arrival
 * @returns {ArrayBuffer}
 */
export function ack(number, spread, held) {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint8(0, ACK);
  view.setUint32(4, number);
  view.setUint32(8, microseconds(spread));
  view.setUint32(12, microseconds(held));
  return view.buffer;
}

/**
 * A message of a channel.
 *
 * @param {number} channel
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function message(channel, text) {
  const content = encoder.encode(text);
  const framed = new Uint8Array(2 + content.length);
  framed[0] = channel;
  framed[1] = TEXT;
  framed.set(content, 2);
  return framed;
}

/** @param {number} milliseconds */
function microseconds(milliseconds) {
  return Math.min(Math.max(Math.round(milliseconds * 1000), 0), LONGEST);
}
