/**
 * One peer connection, from offer to end. It lives once: after a loss, a new one is made. It may
 * begin before the rest of the client is there, and needs none of it.
 *
 * @module
 */

import { choose, ended, lost, noMedia, otherProtocol, Problem, unreachable } from "../problem.js";
import { baseOf } from "../settings.js";
import { Channels } from "./channels.js";
import { preferredCodecs } from "./codecs.js";
import { PROTOCOL } from "./messages.js";
import { remembersWebSocket } from "./remembered.js";
import { Timers } from "./timers.js";
import { sdpFragment, SOON, Whep, withCredentials } from "./whep.js";

/** @typedef {import("./messages.js").ServerMessage} ServerMessage */
/** @typedef {import("./whep.js").WhepOptions} WhepOptions */
/** @typedef {import("./whep.js").Config} Config */

/**
 * codec: the one to prefer. relay: whether to connect through a TURN server only.
 * session: of a peer that this is to be another transport of; none for a new one.
 * use: whether the page begins anew with it, as it has lost all others of that peer.
 *
 * @typedef {WhepOptions & {
 *   codec: string | null, relay: boolean, session?: string | null, use?: boolean
 * }} ConnectionOptions
 */

/**
 * What the page's first message says of it: whether anybody sees it, and whether it wants no control.
 * @typedef {{visible: boolean, view_only: boolean}} Greeting
 */

/**
 * @typedef {object} ConnectionEvents
 * @property {() => Greeting} greeting what the page says of itself now
 * @property {(stream: MediaStream) => void} onstream
 * @property {(image: VideoFrame | ImageBitmap, timestamp: number) => void} onimage a frame, by
 *   its RTP timestamp, where there is no stream
 * @property {(session: string) => void} onsession by which the next transport of the same peer is
 *   made; one that was told before may serve no more
 * @property {() => void} onheard something has arrived
 * @property {() => void} ontrouble the browser thinks that nothing gets through
 * @property {() => void} onopen messages get through
 * @property {() => void} onup the server said hello
 * @property {() => void} oninputopen
 * @property {(message: ServerMessage) => void} onmessage
 * @property {() => void} onstop the picture is about to go: browsers blacken an ended video
 * @property {(problem: Problem) => void} onend at most once, and not after `close()`
 */

/**
 * What is left of a connection that was tried.
 *
 * @typedef {object} WebRtcTrail
 * @property {string | null} answer the server's SDP; null where it never came
 * @property {RTCIceServer[]} iceServers
 * @property {import("../session/diagnosis.js").IceError[]} iceErrors
 * @property {boolean} relay whether only a relay was to be used
 * @property {Promise<ReadonlyMap<string, any>>} report the last statistics
 */

/** Seconds from the offer until the server has said hello. */
const PATIENCE = 15;
/** Seconds that a connection may be "disconnected": shorter gaps heal by themselves. */
const DISCONNECTED = 1;
/** Milliseconds in which candidates are gathered into one PATCH. */
const TRICKLE = 50;

/**
 * The one that was opened ahead, until it is taken.
 * @type {{options: ConnectionOptions, connection: Connection} | null}
 */
let ahead = null;

/**
 * Open a connection before there is anybody to listen to it: the server answers while the rest of
 * the client is on its way.
 *
 * @param {string} src
 * @param {URLSearchParams} query of the page's address
 */
export function connectAhead(src, query) {
  const options = {
    base: baseOf(src, document.baseURI),
    codec: query.get("codec") || null,
    relay: query.has("relay"),
  };
  const transport = query.get("transport");
  const only = transport === "websocket" || !globalThis.RTCPeerConnection;
  if (only || (!transport && remembersWebSocket(options.base))) {
    // All that this needs is loaded; it is opened when somebody listens.
    void import("./websocket.js");
    return;
  }
  ahead = { options, connection: new Connection(options) };
}

/**
 * @param {ConnectionOptions} options
 * @returns {Connection} the one that was opened ahead, where it has these options, or a new one
 */
export function connect(options) {
  const opened = ahead;
  ahead = null;
  if (opened && isSame(opened.options, options)) return opened.connection;
  opened?.connection.close();
  return new Connection(options);
}

/**
 * @param {ConnectionOptions} one
 * @param {ConnectionOptions} other
 */
function isSame(one, other) {
  return (
    one.base === other.base &&
    one.codec === other.codec &&
    !other.session &&
    one.relay === other.relay &&
    one.fetch === other.fetch &&
    (one.token ?? null) === (other.token ?? null)
  );
}

export class Connection {
  #codec;
  #joined;
  #begins;
  #relay;
  #whep;
  #peer = new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
  /** @type {RTCRtpReceiver | null} */
  #receiver = null;
  /** @type {import("./ice-servers.js").IceServers | null} null where none are needed */
  #iceServers = null;
  /** @type {Channels} */
  channels;
  #ended = false;
  /** @type {ConnectionEvents | null} */
  #events = null;
  /** @type {((events: ConnectionEvents) => void)[]} what is to be told when somebody listens */
  #untold = [];
  #timers = new Timers();
  /** @type {string[]} */
  #candidates = [];
  /** @type {import("../session/diagnosis.js").IceError[]} */
  #iceErrors = [];
  /** @type {WebRtcTrail | null} what can be learnt from one that has ended */
  trail = null;
  /** @type {string | null} the server's, as it was first */
  #answer = null;
  #established = false;

  /**
   * Connects at once. What fails is told by `onend`.
   *
   * @param {ConnectionOptions} options
   */
  constructor(options) {
    this.#codec = options.codec;
    this.#joined = options.session ?? null;
    this.#begins = options.use ?? false;
    this.#relay = options.relay;
    this.#whep = new Whep({ ...options, ...(this.#begins && { timeout: SOON }) });
    // The picture's transceiver first: its section of the SDP then carries the bundled transport.
    this.#receive();
    this.channels = new Channels(this.#peer, {
      onmessage: (message) => this.#onmessage(message),
      oninputopen: () => this.#tell((events) => events.oninputopen()),
      onappopen: () => this.#tell((events) => this.#onappopen(events)),
      onclose: () => this.#end(lost("The server closed the connection.")),
    });
    this.#peer.onconnectionstatechange = () => this.#onstate();
    this.#peer.onicecandidate = ({ candidate }) => this.#oncandidate(candidate);
    this.#peer.onicecandidateerror = ({ url, errorCode: code, errorText: text }) =>
      this.#iceErrors.push({ url, code, text });
    this.#open();
  }

  /**
   * Tell of what happens, first of what has happened already.
   *
   * @param {ConnectionEvents} events
   */
  listen(events) {
    this.#events = events;
    for (const tell of this.#untold.splice(0)) tell(events);
  }

  /**
   * @returns {Promise<RTCStatsReport>}
   */
  stats() {
    return this.#peer.getStats();
  }

  /** Whether the server has answered the offer. */
  get isAnswered() {
    return this.#answer !== null;
  }

  /** Whether packets get through. */
  get isConnected() {
    return ["connected", "completed"].includes(this.#peer.iceConnectionState);
  }

  /**
   * Let ICE look for a way again, from whatever addresses there are now.
   *
   * @throws {Problem}
   */
  async restart() {
    if (!this.#answer) throw lost("There is no connection.");
    await this.#iceServers?.freshen();
    const offer = await this.#peer.createOffer({ iceRestart: true });
    const fragment = await this.#whep.restart(sdpFragment(offer.sdp ?? "", []));
    // Only now, so that there is nothing to take back where the server was not reached.
    await this.#peer.setLocalDescription(offer);
    const sdp = withCredentials(this.#answer, fragment);
    await this.#peer.setRemoteDescription({ type: "answer", sdp });
  }

  /**
   * A number that changes with the video that arrives.
   *
   * @returns {Promise<number>}
   */
  async arrivals() {
    let count = 0;
    for (const entry of (await this.#peer.getStats(this.#receiver?.track)).values()) {
      if (entry.type === "inbound-rtp") count += entry.packetsReceived ?? 0;
    }
    return count;
  }

  /** End it from this side, without `onend`. */
  close() {
    this.abandon();
    this.#whep.end();
  }

  /** The same, without a word to the server, which goes on with its peer another way. */
  abandon() {
    if (!this.#ended) this.#stop();
  }

  async #open() {
    try {
      const [config, offer] = await Promise.all([this.#whep.config(), this.#peer.createOffer()]);
      if (this.#ended) return;
      await this.#negotiate(config, offer);
    } catch (error) {
      this.#end(error instanceof Problem ? error : refused(error));
    }
  }

  /**
   * @param {(events: ConnectionEvents) => void} tell
   */
  #tell(tell) {
    if (this.#events) tell(this.#events);
    else this.#untold.push(tell);
  }

  /**
   * @param {ConnectionEvents} events
   */
  #onappopen(events) {
    this.channels.app({ type: "hello", protocol: PROTOCOL, ...events.greeting() });
    events.onopen();
  }

  /**
   * @param {Config} config
   * @param {RTCSessionDescriptionInit} offer
   */
  async #negotiate(config, offer) {
    const { whep, iceServers, canvases } = config;
    if (!whep) throw choose(canvases);
    if (iceServers.length || this.#relay) await this.#useIceServers(config);
    // The offer goes without candidates: the server answers with all of its own and learns this
    // side's address from the first check that arrives (a peer-reflexive candidate).
    const [answer] = await Promise.all([
      this.#whep.offer(whep, offer.sdp ?? "", this.#codec, this.#joined, this.#begins),
      this.#peer.setLocalDescription(offer),
    ]);
    if (this.#ended) return this.#whep.end();
    await this.#peer.setRemoteDescription({ type: "answer", sdp: answer });
    this.#answer = answer;
    const { session } = this.#whep;
    if (session) this.#tell((events) => events.onsession(session));
    this.#timers.after("patience", PATIENCE * 1000, () => this.#end(noMedia()));
    if (iceServers.length) this.#timers.after("trickle", 0, () => this.#trickle());
  }

  /**
   * @param {Config} config
   */
  async #useIceServers(config) {
    const { IceServers } = await import("./ice-servers.js").catch(() => {
      throw unreachable();
    });
    this.#iceServers = new IceServers(this.#peer, () => this.#whep.config(), this.#relay);
    this.#iceServers.use(config);
  }

  #receive() {
    const transceiver = this.#peer.addTransceiver("video", { direction: "recvonly" });
    this.#receiver = transceiver.receiver;
    const offered = globalThis.RTCRtpReceiver?.getCapabilities?.("video")?.codecs ?? [];
    const codecs = preferredCodecs(offered, this.#codec);
    if (codecs.length && transceiver.setCodecPreferences) transceiver.setCodecPreferences(codecs);
    if ("jitterBufferTarget" in transceiver.receiver) transceiver.receiver.jitterBufferTarget = 0;
    this.#peer.ontrack = ({ track }) =>
      this.#tell((events) => events.onstream(new MediaStream([track])));
  }

  /**
   * @param {ServerMessage} message
   */
  #onmessage(message) {
    if (this.#ended) return;
    this.#tell((events) => events.onheard());
    if (message.type === "bye") return this.#end(ended(message.reason, message.retry));
    if (message.type === "hello") {
      if (message.protocol !== PROTOCOL) {
        return this.#end(otherProtocol(message.protocol, PROTOCOL));
      }
      this.#timers.cancel("patience");
      this.#established = true;
      this.#tell((events) => events.onup());
    }
    this.#tell((events) => events.onmessage(message));
  }

  #onstate() {
    const state = this.#peer.connectionState;
    this.#timers.cancel("disconnected");
    const trouble = () => this.#tell((events) => events.ontrouble());
    if (state === "failed") {
      if (this.#established) trouble();
      else this.#end(noMedia());
    } else if (state === "disconnected") {
      this.#timers.after("disconnected", DISCONNECTED * 1000, trouble);
    }
  }

  /**
   * @param {RTCIceCandidate | null} candidate
   */
  #oncandidate(candidate) {
    if (!candidate) this.#ongathered();
    // Without ICE servers there are only the addresses that the server's checks find anyway.
    if (!candidate?.candidate || !this.#peer.getConfiguration().iceServers?.length) return;
    this.#candidates.push(candidate.candidate);
    if (this.#answer) this.#timers.after("trickle", TRICKLE, () => this.#trickle());
  }

  /** A TURN server that refuses leaves nothing to wait for, where only a relay is to be used. */
  #ongathered() {
    const found = /^a=candidate:/m.test(this.#peer.localDescription?.sdp ?? "");
    if (this.#relay && !found) this.#end(noMedia());
  }

  #trickle() {
    const candidates = this.#candidates.splice(0);
    const offer = this.#peer.localDescription?.sdp;
    if (candidates.length && offer) this.#whep.trickle(sdpFragment(offer, candidates));
  }

  /**
   * @param {Problem} problem
   */
  #end(problem) {
    if (this.#ended) return;
    this.#stop();
    // What was connected is to come back as the same peer.
    if (problem.code !== "ended" && !this.#established) this.#whep.end();
    this.#tell((events) => events.onend(problem));
  }

  #stop() {
    this.#ended = true;
    this.#tell((events) => events.onstop());
    this.#timers.clear();
    this.#iceServers?.stop();
    this.trail = {
      answer: this.#peer.remoteDescription?.sdp ?? null,
      iceServers: this.#peer.getConfiguration().iceServers ?? [],
      iceErrors: this.#iceErrors,
      relay: this.#relay,
      report: this.#peer.getStats().catch(() => new Map()),
    };
    this.#peer.close();
  }
}

/**
 * @param {unknown} error what WebRTC itself threw
 */
function refused(error) {
  const reason = error instanceof Error ? error.message : String(error);
  return new Problem("refused", `The browser refused the connection: ${reason}`, {
    advice: "Try another browser, or ?codec=vp8 at the end of the address.",
  });
}
