/**
 * One peer over two ways: WebRTC, and a WebSocket where that does not get through. To its session it
 * looks like one connection.
 *
 * WebRTC is tried first. Where it is not there within 3 s, the WebSocket carries everything, and
 * WebRTC goes on being tried beside it. Once it is there it takes over, and the WebSocket is held
 * ready: over it the server says when it has sent frames. Where those do not arrive, it carries
 * everything again. Where nothing else is at hand, ICE is restarted; in the end a new Handover with
 * this one's `session` comes back as the same peer.
 *
 * @module
 */

import { lost, unreachable } from "../problem.js";
import { connect } from "../transport/connection.js";
import { rememberWebSocket, remembersWebSocket } from "../transport/remembered.js";
import { Timers } from "../transport/timers.js";
import { RecentInput } from "./recent-input.js";
import { Silence } from "./silence.js";

/** @typedef {import("../transport/connection.js").Connection} Connection */
/** @typedef {import("../transport/connection.js").ConnectionEvents} ConnectionEvents */
/** @typedef {import("../transport/connection.js").ConnectionOptions} ConnectionOptions */
/** @typedef {import("../input/input-writer.js").Fields} Fields */
/** @typedef {import("../problem.js").Problem} Problem */
/** @typedef {import("./outage.js").Outage} Outage */
/** @typedef {import("../transport/websocket.js").WebSocketConnection} WebSocketConnection */
/** @typedef {"webrtc" | "websocket"} TransportName */

/** @typedef {ConnectionOptions & {transport: string | null}} HandoverOptions */

/**
 * `onsession`, `onheard` and `ontrouble` stay inside.
 *
 * @typedef {Omit<ConnectionEvents, "onsession" | "onheard" | "ontrouble"> & {
 *   oninterruption: (on: boolean) => void,
 * }} HandoverEvents
 */

/** @type {TransportName[]} */
const TRANSPORTS = ["webrtc", "websocket"];
/** Milliseconds that WebRTC has before the WebSocket is opened, which takes the rest of 3 s. */
const FALLBACK = 2500;
/** Milliseconds after which what that needs is loaded, so that it is there by then. */
const PREPARE = 1500;
const LOOK_AGAIN = 100;
/** Milliseconds after which a WebSocket is opened as a standby: the first picture comes first. */
const STANDBY = 1500;
/** Milliseconds before WebRTC, or the standby, is tried again; the last one for all further tries. */
const PAUSES = [1000, 5000, 15000, 30000, 60000];
/** Milliseconds that what brings a connection back has, where it is still on its way. */
const LOADING = 1000;
/** Milliseconds between two looks whether anything arrives. */
const LISTEN_EVERY = 150;
/** Problems of WebRTC that a WebSocket has not. */
const NO_WAY = ["no-media", "no-codec"];

export class Handover {
  #options;
  /** @type {HandoverEvents | null} */
  #events = null;
  /** @type {Connection | null} */
  #webrtc = null;
  /** @type {WebSocketConnection | null} */
  #socket = null;
  /** Whether the WebSocket is on its way, or there. */
  #hasSocket = false;
  /** @type {TransportName | null} what carries everything; null before the first */
  #inUse = null;
  #inputIsOpen = false;
  #ended = false;
  /** @type {string | null} by which the next transport of this peer is made */
  #session;
  #silence = new Silence(performance.now());
  #questions = 0;
  #recovering = false;
  /** What brings a connection back, loaded while there is one. */
  #recovery = Promise.resolve(/** @type {typeof import("./recovery.js") | null} */ (null));
  /** @type {Problem | null} why there is no WebRTC */
  #problem = null;
  /** @type {Outage | null} null before there is a WebSocket over which the server tells of frames */
  #outage = null;
  #input = new RecentInput();
  #tries = { webrtc: 0, websocket: 0 };
  /** @type {import("../transport/connection.js").WebRtcTrail | null} of the WebRTC that failed last */
  #webrtcTrail = null;
  /** @type {import("../transport/websocket.js").WebSocketTrail | null} of the WebSocket that failed last */
  #socketTrail = null;
  #timers = new Timers();

  channels = {
    /**
     * @param {Fields} fields
     * @returns {boolean} whether it was sent
     */
    app: (fields) => this.#active?.channels.app(fields) ?? false,
    /** @param {Fields} fields */
    frames: (fields) => this.#active?.channels.frames(fields),
    /** @param {Fields} fields */
    exact: (fields) => this.#active?.channels.exact(fields),
    /** @param {Fields} fields */
    pointer: (fields) => this.#active?.channels.pointer(fields) ?? false,
    /** @param {Fields} fields */
    input: (fields) => {
      this.#input.keep(fields, performance.now());
      this.#active?.channels.input(fields);
    },
  };

  /**
   * @param {HandoverOptions} options
   */
  constructor(options) {
    this.#options = options;
    this.#session = options.session ?? null;
  }

  /** By which another one comes back as the same peer; null before there is one. */
  get session() {
    return this.#session;
  }

  /**
   * Connect, and tell of what happens. What fails is told by `onend`.
   *
   * @param {HandoverEvents} events
   */
  start(events) {
    this.#events = events;
    // Where requests go another way, a WebSocket would not find it.
    const { fetch, base } = this.#options;
    const wished = TRANSPORTS.find((name) => name === this.#options.transport);
    const transport = wished ?? (fetch ? "webrtc" : null);
    this.#options = { ...this.#options, transport };
    const only = transport === "websocket" || !globalThis.RTCPeerConnection;
    if (only || (!transport && remembersWebSocket(base))) {
      this.#openSocket({ session: this.#session, use: true });
    } else {
      this.#openWebRtc(this.#session !== null);
      this.#timers.after("fallback", FALLBACK, () => this.#fallBack());
      if (!transport) this.#timers.after("prepare", PREPARE, () => void import("../transport/websocket.js"));
    }
  }

  /** What carries everything; null before the first did. */
  get transport() {
    return this.#inUse;
  }

  /** What is left of the ways that failed. @returns {import("./evidence.js").Trail} */
  get trail() {
    return { base: this.#options.base, webrtc: this.#webrtcTrail, websocket: this.#socketTrail };
  }

  get #active() {
    return this.#inUse === "websocket" ? this.#socket : this.#webrtc;
  }

  /**
   * @returns {Promise<ReadonlyMap<string, any>>}
   */
  async stats() {
    return this.#active?.stats() ?? new Map();
  }

  /** End it from this side, without `onend`: the peer leaves. */
  close() {
    this.#stop();
    this.#webrtc?.close();
    this.#socket?.close();
  }

  /** The same, without a word to the server, which goes on with its peer another way. */
  abandon() {
    this.#stop();
    this.#webrtc?.abandon();
    this.#socket?.close();
  }

  #stop() {
    this.#ended = true;
    this.#timers.clear();
  }

  /** The network may have changed. */
  suspect() {
    this.#silence.suspect(performance.now());
  }

  /** The network has changed. */
  changed() {
    if (this.#inUse === "webrtc") this.#trouble();
    else this.suspect();
  }

  // WebRTC.

  /**
   * @param {boolean} use whether this begins anew, as the peer that it was
   */
  #openWebRtc(use) {
    const { transport, ...options } = this.#options;
    const webrtc = connect({ ...options, session: this.#session, use });
    this.#webrtc = webrtc;
    const mine = () => this.#webrtc === webrtc && !this.#ended;
    webrtc.listen({
      ...this.#shared(mine),
      onstream: (stream) => mine() && this.#events?.onstream(stream),
      onimage: () => {},
      onheard: () => mine() && this.#inUse === "webrtc" && this.#heard(),
      ontrouble: () => mine() && this.#inUse === "webrtc" && this.#trouble(),
      onopen: () => mine() && this.#inUse === "websocket" && this.#passToWebRtc(),
      onup: () => mine() && this.#onWebRtcUp(),
      onstop: () => mine() && this.#inUse === "webrtc" && this.#events?.onstop(),
      onend: (problem) => mine() && this.#onWebRtcEnd(problem),
    });
  }

  #onWebRtcUp() {
    this.#tries.webrtc = 0;
    this.#timers.cancel("fallback");
    this.#timers.cancel("prepare");
    if (!this.#options.transport) {
      rememberWebSocket(this.#options.base, false);
      this.#timers.after("standby", STANDBY, () => this.#openStandby());
    }
    this.#up("webrtc");
  }

  /**
   * @param {Problem} problem
   */
  #onWebRtcEnd(problem) {
    this.#webrtcTrail = this.#webrtc?.trail ?? null;
    this.#webrtc = null;
    this.#problem = problem;
    if (this.#inUse === "websocket") return this.#tryWebRtcLater(problem);
    const broke = problem.retry && problem.code !== "ended";
    if (this.#inUse && broke && this.#socket?.isOpen) return this.#takeOver();
    if (!this.#inUse && NO_WAY.includes(problem.code)) this.#fallBack();
    if (this.#inUse || !this.#hasSocket) this.#end(problem);
  }

  /**
   * @param {Problem | null} problem why it failed before
   */
  #tryWebRtcLater(problem = null) {
    const { transport } = this.#options;
    if (transport || !globalThis.RTCPeerConnection || (problem && !problem.retry)) return;
    this.#timers.after("webrtc", this.#pause("webrtc"), () => {
      if (this.#inUse === "websocket" && !this.#webrtc && this.#session) this.#openWebRtc(false);
    });
  }

  /** What was sent over the WebSocket before this is read there first. */
  #passToWebRtc() {
    this.#socket?.use("webrtc");
    this.#inUse = "webrtc";
  }

  // The WebSocket.

  /** No WebRTC yet: it may still come, but nobody waits for it any longer. */
  #fallBack() {
    if (this.#inUse || this.#hasSocket || this.#options.transport) return;
    if (this.#webrtc && (this.#webrtc.isConnected || !this.#webrtc.isAnswered)) {
      return this.#timers.after("fallback", LOOK_AGAIN, () => this.#fallBack());
    }
    this.#openSocket({ session: this.#session, use: true });
  }

  #openStandby() {
    if (this.#hasSocket || this.#inUse !== "webrtc" || !this.#session) return;
    this.#openSocket({ session: this.#session, use: false });
  }

  /**
   * @param {import("../transport/websocket.js").Joining} joining
   */
  async #openSocket(joining) {
    this.#hasSocket = true;
    // Most pages never need it, or not before their first picture.
    const loading = import("../transport/websocket.js").catch(() => null);
    // Nobody waits for it: where it does not come, there is a standby that does not take over.
    import("./outage.js").then(({ Outage }) => (this.#outage ??= new Outage()), () => {});
    const loaded = await loading;
    if (this.#ended) return;
    if (!loaded) return this.#onSocketEnd(unreachable());
    const { WebSocketConnection } = loaded;
    const socket = new WebSocketConnection(this.#options, joining);
    this.#socket = socket;
    socket.listen({
      ...this.#shared(() => this.#inUse !== "webrtc" && !this.#ended),
      onheard: () => this.#inUse === "websocket" && this.#heard(),
      ontrouble: () => {},
      onstream: () => {},
      onimage: (image, timestamp) => this.#events?.onimage(image, timestamp),
      onopen: () => (this.#tries.websocket = 0),
      onup: () => this.#onSocketUp(),
      onsent: () => this.#inUse === "webrtc" && this.#look(true),
      onstop: () => {},
      onend: (problem) => !this.#ended && this.#onSocketEnd(problem),
    });
  }

  #onSocketUp() {
    this.#timers.cancel("fallback");
    // The server has lost sight of this page over WebRTC, before the page has noticed.
    if (this.#inUse === "webrtc") return this.#takeOver();
    const chosen = !this.#options.transport && globalThis.RTCPeerConnection;
    if (chosen && this.#inUse === null) rememberWebSocket(this.#options.base, true);
    this.#up("websocket");
    if (!this.#webrtc) this.#tryWebRtcLater();
  }

  /**
   * @param {Problem} problem
   */
  #onSocketEnd(problem) {
    this.#socketTrail = this.#socket?.trail ?? null;
    this.#socket = null;
    this.#hasSocket = false;
    if (this.#inUse === "webrtc") {
      this.#timers.after("standby", this.#pause("websocket"), () => this.#openStandby());
      return;
    }
    // What got through the last time does so no more: the next try begins with WebRTC.
    if (!this.#inUse) rememberWebSocket(this.#options.base, false);
    if (this.#inUse || !this.#webrtc) this.#end(this.#inUse ? problem : (this.#problem ?? problem));
  }

  /**
   * The server has sent frames: see whether they arrive.
   *
   * @param {boolean} told whether it has just said so
   */
  async #look(told) {
    const [webrtc, outage] = [this.#webrtc, this.#outage];
    if (!webrtc || !outage || document.hidden) return;
    const arrived = await webrtc.arrivals();
    if (this.#ended || webrtc !== this.#webrtc) return;
    if (outage.look(arrived, performance.now(), told)) this.#takeOver();
    else if (outage.isSuspected) this.#timers.after("look", LOOK_AGAIN, () => this.#look(false));
  }

  /** WebRTC brings nothing any more: the WebSocket, which was held ready, takes its place. */
  #takeOver() {
    const dead = this.#webrtc;
    this.#webrtc = null;
    this.#outage?.clear();
    this.#inUse = "websocket";
    this.#events?.onstop();
    dead?.abandon();
    this.#socket?.use("websocket");
    const visible = this.#events?.greeting().visible ?? true;
    this.channels.app({ type: "visibility", visible });
    // What did not arrive the other way arrives now; what did is known by its `seq`.
    for (const fields of this.#input.since(performance.now())) this.#socket?.channels.input(fields);
    this.#tryWebRtcLater();
  }

  // Both.

  /**
   * @param {() => boolean} counts whether what it tells counts
   */
  #shared(counts) {
    return {
      greeting: () => this.#events?.greeting() ?? { visible: true, view_only: false },
      onsession: (/** @type {string} */ session) => void (this.#session = session),
      oninputopen: () => counts() && this.#openInput(),
      /** @param {import("../transport/messages.js").ServerMessage} message */
      onmessage: (message) => counts() && this.#events?.onmessage(message),
    };
  }

  /**
   * @param {TransportName} transport
   */
  #up(transport) {
    const first = this.#inUse === null;
    this.#inUse = transport;
    if (!first) return;
    this.#heard();
    this.#listen();
    this.#recovery = import("./recovery.js").catch(() => null);
    this.#events?.onup();
  }

  #heard() {
    this.#silence.heard(performance.now());
  }

  /** See now and then whether anything arrives. */
  #listen() {
    this.#timers.after("listen", LISTEN_EVERY, () => this.#listen());
    const found = this.#silence.look(performance.now(), document.hidden);
    if (found === "ask") this.channels.frames({ type: "ping", ping: (this.#questions += 1) });
    if (found === "silent") this.#trouble();
  }

  /** Nothing gets through: over WebRTC there may be another way, else all begins anew. */
  async #trouble() {
    const webrtc = this.#webrtc;
    if (this.#recovering || this.#ended) return;
    const gone = lost("Nothing arrives from the server.");
    if (this.#inUse !== "webrtc" || !webrtc) return this.#end(gone);
    this.#recovering = true;
    this.#events?.oninterruption(true);
    const began = performance.now();
    // What has not come by now comes no more, over a network that has gone.
    const recovery = await Promise.race([this.#recovery, nothingAfter(LOADING)]);
    const isBack = await recovery?.recover({
      restart: () => webrtc.restart(),
      isHeard: () => this.#silence.since > began,
      isEnded: () => this.#ended || this.#webrtc !== webrtc,
    });
    this.#recovering = false;
    if (this.#ended) return;
    this.#events?.oninterruption(false);
    if (this.#webrtc !== webrtc) return;
    if (isBack) this.#renewStandby();
    else this.#end(gone);
  }

  /** The one that was held ready went the old way, and may not have noticed that this is gone. */
  #renewStandby() {
    if (!this.#socket) return;
    this.#socket.close();
    this.#socket = null;
    this.#hasSocket = false;
    this.#timers.after("standby", STANDBY, () => this.#openStandby());
  }

  #openInput() {
    if (!this.#inputIsOpen) this.#events?.oninputopen();
    this.#inputIsOpen = true;
  }

  /**
   * @param {Problem} problem
   */
  #end(problem) {
    if (this.#ended) return;
    this.#events?.onstop();
    this.#stop();
    this.#events?.onend(problem);
  }

  /**
   * @param {TransportName} transport
   * @returns {number} milliseconds to wait before it is tried
   */
  #pause(transport) {
    const index = Math.min(this.#tries[transport]++, PAUSES.length - 1);
    return PAUSES[index] ?? 0;
  }
}

/**
 * @param {number} milliseconds
 * @returns {Promise<null>}
 */
function nothingAfter(milliseconds) {
  return new Promise((resolve) => setTimeout(() => resolve(null), milliseconds));
}
