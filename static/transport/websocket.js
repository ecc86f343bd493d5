/**
 * One WebSocket to the server: the picture as frames that are decoded here, and all channels. It has
 * the interface of a Connection and, as that, lives once.
 *
 * @module
 */

import { choose, ended, lost, otherProtocol, Problem, refusal, unreachable } from "../problem.js";
import { Decoder, decodable } from "./decoder.js";
import { ack, CHANNELS, message, parse } from "./framing.js";
import { parseMessage, parseObject, PROTOCOL } from "./messages.js";
import { socketReport } from "./socket-report.js";
import { SOON, Whep } from "./whep.js";

/** @typedef {import("./connection.js").ConnectionEvents} ConnectionEvents */
/** @typedef {import("./connection.js").ConnectionOptions} ConnectionOptions */
/** @typedef {import("./decoder.js").EncodedFrame} EncodedFrame */
/** @typedef {import("../input/input-writer.js").Fields} Fields */
/** @typedef {import("./messages.js").ServerMessage} ServerMessage */

/**
 * @typedef {object} Joining
 * @property {string | null} session of a peer that this is to be another transport of
 * @property {boolean} use whether everything shall go over it at once
 */

/**
 * @typedef {object} WebSocketEvents
 * @property {(frames: number) => void} onsent frames were sent over another transport
 */

/**
 * What is left of one that was tried.
 *
 * @typedef {object} WebSocketTrail
 * @property {string} url
 * @property {boolean} opened whether it ever was
 */

/** Seconds until the server has to say hello, or that it has taken the WebSocket as a standby. */
const PATIENCE = 10;

/** Bytes waiting to be sent above which a move waits in the page, where a newer replaces it. */
const BACKLOG = 4096;

/** The close code of a page that leaves. */
const NORMAL = 1000;

/** What is added to an HTTP status to make a close code of it. */
const REFUSED = 4000;

export class WebSocketConnection {
  #options;
  #joining;
  /** @type {WebSocket | null} */
  #socket = null;
  #opened = false;
  #ended = false;
  #greeted = false;
  /** @type {(ConnectionEvents & WebSocketEvents) | null} */
  #events = null;
  /** @type {((events: ConnectionEvents & WebSocketEvents) => void)[]} */
  #untold = [];
  #decoder = new Decoder({
    onimage: (image, timestamp) => this.#tell((events) => events.onimage(image, timestamp)),
    onready: () => this.#acknowledge(),
    onbroken: () => this.#say({ type: "key_frame" }),
  });
  #codec = "";
  #frames = 0;
  #bytes = 0;
  #begun = { number: 0, at: 0 };
  /** @type {{number: number, spread: number, at: number}[]} frames to be acknowledged */
  #waiting = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  channels = {
    /**
     * @param {Fields} fields
     * @returns {boolean} whether it was sent
     */
    app: (fields) => this.#send(CHANNELS.app, fields),
    /** @param {Fields} fields */
    input: (fields) => this.#send(CHANNELS.input, fields),
    /** @param {Fields} fields */
    frames: (fields) => this.#send(CHANNELS.frames, fields),
    /** @param {Fields} fields */
    exact: (fields) => this.#send(CHANNELS.exact, fields),
    /**
     * @param {Fields} fields
     * @returns {boolean} whether it was sent: false while older ones still wait
     */
    pointer: (fields) => {
      if ((this.#socket?.bufferedAmount ?? 0) > BACKLOG) return false;
      return this.#send(CHANNELS.pointer, fields);
    },
  };

  /**
   * Connects at once. What fails is told by `onend`.
   *
   * @param {ConnectionOptions} options
   * @param {Joining} [joining]
   */
  constructor(options, joining = { session: null, use: true }) {
    this.#options = options;
    this.#joining = joining;
    this.#timer = setTimeout(() => this.#end(unreachable()), PATIENCE * 1000);
    this.#open();
  }

  /**
   * Tell of what happens, first of what has happened already.
   *
   * @param {ConnectionEvents & WebSocketEvents} events
   */
  listen(events) {
    this.#events = events;
    for (const tell of this.#untold.splice(0)) tell(events);
  }

  /** What can be learnt from it; null before it was tried. @returns {WebSocketTrail | null} */
  get trail() {
    return this.#socket && { url: this.#socket.url, opened: this.#opened };
  }

  /** Whether messages get through. */
  get isOpen() {
    return this.#opened && !this.#ended;
  }

  /**
   * From now on everything goes over that transport of this peer.
   *
   * @param {"webrtc" | "websocket"} transport
   */
  use(transport) {
    this.#say({ type: "use", transport });
  }

  /**
   * As that of a peer connection, as far as that makes sense.
   *
   * @returns {Promise<Map<string, any>>}
   */
  async stats() {
    const { frames, time: decoding, size } = this.#decoder;
    return socketReport({
      now: performance.now(),
      codec: this.#codec,
      arrived: this.#frames,
      frames,
      decoding,
      size,
      bytes: this.#bytes,
    });
  }

  /** End it from this side, without `onend`. */
  close() {
    if (!this.#ended) this.#stop();
  }

  async #open() {
    const resumes = this.#joining.use && this.#joining.session;
    try {
      const [config, codecs] = await Promise.all([
        new Whep({ ...this.#options, ...(resumes && { timeout: SOON }) }).config(),
        decodable(),
      ]);
      if (this.#ended) return;
      if (!config.websocket) throw choose(config.canvases);
      this.#connect(config.websocket, codecs);
    } catch (error) {
      this.#end(error instanceof Problem ? error : lost(String(error)));
    }
  }

  /**
   * @param {string} url
   * @param {string[]} codecs
   */
  #connect(url, codecs) {
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    const { codec, token = null } = this.#options;
    socket.onopen = () => this.#say({ type: "open", codecs, codec, token, ...this.#joining });
    socket.onmessage = ({ data }) => this.#onmessage(data);
    socket.onclose = ({ code, reason }) => this.#end(problemOf(code, reason));
  }

  /**
   * @param {string | ArrayBuffer} data
   */
  #onmessage(data) {
    if (!this.#ended) this.#tell((events) => events.onheard());
    if (typeof data === "string") return this.#onremark(parseObject(data));
    const received = parse(data);
    switch (received?.kind) {
      case "begin":
        this.#begun = { number: received.number, at: performance.now() };
        break;
      case "frame":
        this.#onframe(received);
        break;
      case "message":
        this.#onchannel(parseMessage(received.data));
    }
  }

  /**
   * What the server says about the connection itself.
   *
   * @param {Record<string, any> | null} remark
   */
  #onremark(remark) {
    switch (remark?.type) {
      case "opened":
        this.#opened = true;
        this.#tell((events) => events.onsession(remark.session));
        if (!this.#joining.use) clearTimeout(this.#timer);
        this.#tell((events) => events.onopen());
        break;
      case "ping":
        this.#say({ type: "pong", id: remark.id });
        break;
      case "sent":
        this.#tell((events) => events.onsent(remark.frames));
    }
  }

  /**
   * @param {EncodedFrame} frame
   */
  #onframe(frame) {
    const at = performance.now();
    const spread = frame.number === this.#begun.number ? at - this.#begun.at : 0;
    this.#frames += 1;
    this.#bytes += frame.data.byteLength;
    this.#codec = frame.codec;
    this.#waiting.push({ number: frame.number, spread, at });
    try {
      this.#decoder.decode(frame);
    } catch {
      // A decoder that takes no more of it; the next key frame makes a new one.
      this.#say({ type: "key_frame" });
    }
    this.#acknowledge();
  }

  /** Acknowledge what has arrived, unless the decoder has enough to do. */
  #acknowledge() {
    if (this.#decoder.isFull) return;
    for (const { number, spread, at } of this.#waiting.splice(0)) {
      if (this.isOpen) this.#socket?.send(ack(number, spread, performance.now() - at));
    }
  }

  /**
   * @param {ServerMessage | null} message
   */
  #onchannel(message) {
    if (this.#ended || !message) return;
    if (message.type === "bye") return this.#end(ended(message.reason, message.retry));
    if (message.type === "hello") {
      if (message.protocol !== PROTOCOL) {
        return this.#end(otherProtocol(message.protocol, PROTOCOL));
      }
      clearTimeout(this.#timer);
      this.#tell((events) => this.#greet(events));
    }
    this.#tell((events) => events.onmessage(message));
  }

  /**
   * The server said hello, as it does whenever it begins to use this: the first time, it gets one
   * back.
   *
   * @param {ConnectionEvents} events
   */
  #greet(events) {
    if (!this.#greeted) {
      this.channels.app({ type: "hello", protocol: PROTOCOL, ...events.greeting() });
    }
    this.#greeted = true;
    events.onup();
    events.oninputopen();
  }

  /**
   * @param {number} channel
   * @param {Fields} fields
   * @returns {boolean} whether it was sent
   */
  #send(channel, fields) {
    if (this.isOpen) this.#socket?.send(message(channel, JSON.stringify(fields)));
    return this.isOpen;
  }

  /**
   * @param {Fields} remark
   */
  #say(remark) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(remark));
  }

  /**
   * @param {(events: ConnectionEvents & WebSocketEvents) => void} tell
   */
  #tell(tell) {
    if (this.#events) tell(this.#events);
    else this.#untold.push(tell);
  }

  /**
   * @param {Problem} problem
   */
  #end(problem) {
    if (this.#ended) return;
    this.#stop();
    this.#tell((events) => events.onend(problem));
  }

  #stop() {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#tell((events) => events.onstop());
    this.#decoder.close();
    this.#socket?.close(NORMAL);
  }
}

/**
 * @param {number} code of a close event
 * @param {string} reason
 */
function problemOf(code, reason) {
  if (code > REFUSED) return refusal(code - REFUSED, reason);
  return lost("The WebSocket broke.");
}
