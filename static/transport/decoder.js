/**
 * Turns the frames of a WebSocket into images, each as soon as it is there.
 *
 * @module
 */

import { imageSize } from "../picture/geometry.js";

/** @typedef {VideoFrame | ImageBitmap} Image */
/** @typedef {Extract<import("./framing.js").Received, {kind: "frame"}>} EncodedFrame */

/**
 * @typedef {object} DecoderEvents
 * @property {(image: Image, timestamp: number) => void} onimage the image is closed afterwards
 * @property {() => void} onready there is room for another frame
 * @property {() => void} onbroken nothing can be decoded without a key frame
 */

/** Frames that may wait in the decoder; the server is to send no more meanwhile. */
const MOST = 2;

/** The first NAL unit of a kind in an H.264 access unit begins after 00 00 01. */
const SPS = 7;

/** What WebCodecs calls the codecs, but for H.264, whose frames say more. */
const NAMES = { vp8: "vp8" };

/** What a browser is asked for before the first frame: levels do not matter. */
const TRIED = { h264: "avc1.42E034", "h264-444": "avc1.F4001F", vp8: "vp8" };

/**
 * The codecs that this page can decode, best first.
 *
 * @returns {Promise<string[]>}
 */
export async function decodable() {
  // WebCodecs are there for pages from https and from this machine only.
  if (!globalThis.VideoDecoder) return ["jpeg"];
  const tried = await Promise.all(Object.entries(TRIED).map(([name, codec]) => can(name, codec)));
  return [...tried.flat(), "jpeg"];
}

/**
 * @param {string} name
 * @param {string} codec
 */
async function can(name, codec) {
  const { supported } = await VideoDecoder.isConfigSupported({ codec }).catch(() => ({
    supported: false,
  }));
  return supported ? [name] : [];
}

export class Decoder {
  #events;
  /** @type {VideoDecoder | null} */
  #video = null;
  #configured = "";
  /** Images that are being decoded without a VideoDecoder. */
  #pictures = 0;
  #closed = false;
  /** How many were decoded. */
  frames = 0;
  /** Seconds spent on all of them. */
  time = 0;
  /** @type {readonly [width: number, height: number] | null} of the last one */
  size = null;
  /** @type {Map<number, number>} when the frame of each timestamp came */
  #began = new Map();

  /**
   * @param {DecoderEvents} events
   */
  constructor(events) {
    this.#events = events;
  }

  /** Whether another frame would only wait. */
  get isFull() {
    return (this.#video?.decodeQueueSize ?? 0) + this.#pictures >= MOST;
  }

  /**
   * @param {EncodedFrame} frame
   */
  decode(frame) {
    // The picture stays as it is.
    if (!frame.data.length) return;
    this.#began.set(frame.timestamp, performance.now());
    if (frame.codec === "jpeg") this.#decodePicture(frame);
    else this.#decodeVideo(frame);
  }

  close() {
    this.#closed = true;
    if (this.#video?.state !== "closed") this.#video?.close();
    this.#video = null;
  }

  /**
   * @param {EncodedFrame} frame
   */
  #decodeVideo({ codec, key, timestamp, data }) {
    if (key) this.#configure(codec === "h264" ? h264Name(data) : NAMES.vp8);
    if (this.#video?.state !== "configured") {
      if (!key) this.#events.onbroken();
      return;
    }
    this.#video.decode(new EncodedVideoChunk({ type: key ? "key" : "delta", timestamp, data }));
  }

  /**
   * @param {string} codec
   */
  #configure(codec) {
    if (this.#video?.state === "configured" && codec === this.#configured) return;
    if (this.#video?.state !== "closed") this.#video?.close();
    this.#video = new VideoDecoder({
      output: (image) => this.#show(image, image.timestamp),
      error: () => this.#events.onbroken(),
    });
    this.#video.configure({ codec, optimizeForLatency: true });
    this.#configured = codec;
    this.#video.ondequeue = () => this.#events.onready();
  }

  /**
   * @param {EncodedFrame} frame
   */
  async #decodePicture({ timestamp, data }) {
    this.#pictures += 1;
    try {
      const image = await createImageBitmap(new Blob([data], { type: "image/jpeg" }));
      this.#show(image, timestamp);
    } catch {
      // A damaged picture is followed by a whole one.
    }
    this.#pictures -= 1;
    this.#events.onready();
  }

  /**
   * @param {Image} image
   * @param {number} timestamp
   */
  #show(image, timestamp) {
    this.frames += 1;
    this.size = imageSize(image);
    this.time += (performance.now() - (this.#began.get(timestamp) ?? NaN)) / 1000 || 0;
    for (const earlier of this.#began.keys()) {
      this.#began.delete(earlier);
      if (earlier === timestamp) break;
    }
    if (!this.#closed) this.#events.onimage(image, timestamp);
    image.close();
  }
}

/**
 * What WebCodecs calls an H.264 stream: its profile and level are in the first bytes of the SPS.
 *
 * @param {Uint8Array} data a key frame, Annex B
 * @returns {string} such as "avc1.42e01f"
 */
export function h264Name(data) {
  for (let at = 0; at + 6 < data.length; at++) {
    if (data[at] || data[at + 1] || data[at + 2] !== 1) continue;
    if ((/** @type {number} */ (data[at + 3]) & 31) !== SPS) continue;
    const bytes = [...data.subarray(at + 4, at + 7)];
    return `avc1.${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  return TRIED.h264;
}
