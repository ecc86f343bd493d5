/**
 * The data channels of one peer: negotiated, so that both sides open them without a round trip.
 *
 * @module
 */

import { parseMessage } from "./messages.js";

/** @typedef {import("./messages.js").ServerMessage} ServerMessage */
/** @typedef {import("../input/input-writer.js").Fields} Fields */

/** Bytes waiting on `pointer` above which a move waits in the page, where a newer replaces it. */
const POINTER_BACKLOG = 4096;

/**
 * @typedef {object} ChannelEvents
 * @property {(message: ServerMessage) => void} onmessage
 * @property {() => void} oninputopen
 * @property {() => void} onappopen
 * @property {() => void} onclose the other side closed them
 */

export class Channels {
  #input;
  #pointer;
  #app;
  #frames;
  #exact;

  /**
   * @param {RTCPeerConnection} peer one that has not made its offer
   * @param {ChannelEvents} events
   */
  constructor(peer, events) {
    this.#input = peer.createDataChannel("input", { negotiated: true, id: 0 });
    this.#pointer = peer.createDataChannel("pointer", {
      negotiated: true,
      id: 1,
      ordered: false,
      maxRetransmits: 0,
    });
    this.#app = peer.createDataChannel("app", { negotiated: true, id: 2 });
    this.#frames = peer.createDataChannel("frames", {
      negotiated: true,
      id: 3,
      ordered: false,
      maxRetransmits: 0,
    });
    this.#exact = peer.createDataChannel("exact", { negotiated: true, id: 4 });
    this.#exact.binaryType = "arraybuffer";
    this.#input.onopen = events.oninputopen;
    this.#app.onopen = events.onappopen;
    this.#app.onclose = events.onclose;
    for (const channel of [this.#app, this.#frames, this.#exact]) {
      channel.onmessage = ({ data }) => {
        const message = parseMessage(data);
        if (message) events.onmessage(message);
      };
    }
  }

  /**
   * @param {Fields} message
   * @returns {boolean} whether it was sent: false while the channel is not open
   */
  app(message) {
    return send(this.#app, message);
  }

  /**
   * @param {Fields} message
   */
  input(message) {
    send(this.#input, message);
  }

  /**
   * @param {Fields} message
   */
  frames(message) {
    send(this.#frames, message);
  }

  /**
   * @param {Fields} message
   */
  exact(message) {
    send(this.#exact, message);
  }

  /**
   * @param {Fields} message
   * @returns {boolean} whether it was sent: false while older ones still wait
   */
  pointer(message) {
    if (this.#pointer.bufferedAmount > POINTER_BACKLOG) return false;
    send(this.#pointer, message);
    return true;
  }
}

/**
 * Send where the channel is open; what is meant for a closed one has nobody to read it.
 *
 * @param {RTCDataChannel} channel
 * @param {Fields} message
 * @returns {boolean} whether it is open
 */
function send(channel, message) {
  if (channel.readyState !== "open") return false;
  channel.send(JSON.stringify(message));
  return true;
}
