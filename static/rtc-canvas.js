/**
 * A canvas of an rtc_canvas server in a page: its picture, and the input back.
 *
 * ```js
 * import { RtcCanvas } from "https://example.org/static/rtc-canvas.js";
 *
 * const canvas = new RtcCanvas(document.querySelector("#here"));
 * canvas.addEventListener("state", ({ detail }) => console.log(detail.state));
 * canvas.connect();
 * ```
 *
 * @module
 */

import { baseOf, read, readToken, tokenIn } from "./settings.js";
import { InputWriter } from "./input/input-writer.js";
import { Keyboard } from "./input/keyboard.js";
import { Pointer } from "./input/pointer.js";
import { ExactPixels } from "./picture/exact-pixels.js";
import { Identities } from "./picture/identities.js";
import { Reports } from "./picture/reports.js";
import { Screen } from "./picture/screen.js";
import { Space } from "./picture/space.js";
import { Probes } from "./probe/probes.js";
import { Session } from "./session/session.js";
import { Whep } from "./transport/whep.js";

/** @typedef {import("./session/handover.js").Handover} Connection */
/** @typedef {import("./picture/geometry.js").Fit} Fit */
/** @typedef {import("./input/input-writer.js").Fields} Fields */
/** @typedef {import("./transport/messages.js").ServerMessage} ServerMessage */
/** @typedef {import("./problem.js").Problem} Problem */
/** @typedef {import("./probe/questions.js").Value} Value */
/** @typedef {import("./session/state.js").State} State */
/** @typedef {import("./session/state.js").StateName} StateName */
/** @typedef {import("./transport/whep.js").Carrier} Carrier */

/**
 * @typedef {object} RtcCanvasOptions
 * @property {string | null} [src] URL of the canvas's page; without it, of the server from which
 *   this module came
 * @property {string | null} [token] access without a cookie: sent as Bearer, never in a URL
 * @property {string | null} [codec] "h264" or "vp8", to have that one if the browser can
 * @property {string | null} [transport] "webrtc" or "websocket", to have no other; without it,
 *   WebRTC, and a WebSocket where that does not get through
 * @property {boolean} [relay] connect through a TURN server only
 * @property {Fit} [fit] "contain" (default), "fill", or "none" for one pixel of the picture on one
 *   of the device
 * @property {boolean} [viewOnly] never send input
 * @property {boolean | null} [exact] whether a picture that has settled is shown with its very
 *   pixels; without it, as the program says
 * @property {Carrier} [fetch] carries the requests, `fetch` by default
 */

const INTERRUPTED = "Nothing arrives from the server; trying to reach it again…";

/**
 * Events, all of them CustomEvents; `detail` in brackets:
 *
 * - `state` ({state, reason, advice, code}): "connecting", "live", "reconnecting", "failed" or
 *   "closed"
 * - `error` ({state, code, reason, advice, canvases}): it failed, and will not try again by itself;
 *   with the code "setting" and another state than "failed", a value that is not taken
 * - `control` ({steering, role}): whether input from here steers the program, and what its user may:
 *   "viewer" may only watch; null before it is known
 * - `control_refused` ({reason}): why `takeControl()` came to nothing
 * - `frame` ({width, height, rtpTimestamp, presentedFrames, picture, id, renderTime}): a frame is
 *   on the screen; the last three are null where the server has not told them yet
 * - `probes` ({registered, allowed}): whether the program has a probe, and whether it answers here
 * - `exact` ({on, shown}): whether a picture that has settled is to be shown with its very pixels,
 *   and whether it is
 * - `title` ({title}), `notice` ({text}): what the program calls itself; what is worth telling
 * - `css_size` ({width, height}): how large the program wants the canvas, in CSS; null for what it
 *   leaves to the page
 * - `wanted_size` ({width, height, times}): the size that the program has set, in CSS pixels, and how
 *   often it did: with each it wants that anew
 * - `statistics` ({here, server}): once a second while `statistics` is true
 */
export class RtcCanvas extends EventTarget {
  /** @type {string | null} */
  src;
  /** @type {string | null} */
  token;
  /** Whether the next connection goes through a TURN server only. */
  relay;
  #fetch;
  /** @type {Fit} */
  #fit = "contain";
  /** @type {string | null} */
  #codec = null;
  /** @type {string | null} */
  #transport = null;
  #viewOnly;
  #steering = false;
  /** @type {string | null} */
  #role = null;
  #title = "";
  #target;
  #screen;
  #space;
  #pointer;
  #keyboard;
  #session;
  /** @type {import("./session/stats.js").Statistics | null} null until somebody wants them */
  #statistics = null;
  #wantsStatistics = false;
  #identities = new Identities();
  #reports = new Reports((message) => this.#session.connection?.channels.frames(message));
  #probes;
  #exact;
  /** @type {InputWriter | null} */
  #writer = null;
  #seq = 0;
  /** @type {string | null} what the server wants to be told */
  #notice = null;

  /**
   * @param {HTMLElement} target the canvas fills it; it needs a size of its own
   * @param {RtcCanvasOptions} [options]
   */
  constructor(target, options = {}) {
    super();
    this.src = options.src ?? null;
    this.token = options.token ?? null;
    this.relay = options.relay ?? false;
    this.#fetch = options.fetch;
    this.#viewOnly = options.viewOnly ?? false;
    this.#target = target;
    this.#screen = new Screen((frame, meeting) => this.#onframe(frame, meeting));
    this.#screen.label = "Canvas";
    this.#space = new Space(target, {
      onextent: (extent) => (this.#screen.extent = extent),
      onrest: (extent) => this.#sendExtent(extent),
      onvisible: (visible) => this.#session.connection?.channels.app({ type: "visibility", visible }),
    });
    const edge = this.#edge.bind(this);
    this.#pointer = new Pointer(
      this.#screen.box,
      {
        locate: (point) => this.#screen.locate(point),
        focused: () => this.#screen.focused,
        focus: () => this.focus(),
      },
      { edge, move: (fields, time) => this.#writer?.move(fields, time) },
    );
    this.#probes = new Probes(this.#screen, this.#identities, () =>
      this.state === "live" ? this.#session.connection : null,
    );
    this.#exact = new ExactPixels(
      this.#screen,
      this.#identities,
      () => this.#session.connection,
      () => this.#tellExact(),
    );
    this.#keyboard = new Keyboard(this.#screen.keys, () => this.#pointer.position, edge);
    this.#session = new Session(() => this.#connectionOptions(), {
      onstate: (state) => this.#onstate(state),
      onstream: (stream) => this.#screen.show(stream),
      onimage: (image, timestamp) => this.#screen.paint(image, timestamp),
      onstop: () => this.#screen.freeze(),
      oninputopen: (connection) => this.#oninputopen(connection),
      onmessage: (message) => this.#onmessage(message),
      oninterruption: (on) => this.#tell("notice", { text: on ? INTERRUPTED : this.#notice }),
    });
    this.exact = options.exact ?? null;
    this.fit = options.fit ?? "contain";
    this.codec = options.codec ?? null;
    this.transport = options.transport ?? null;
  }

  /** Connect, and stay connected. */
  connect() {
    // Appended anew, what is there already would lose its focus.
    if (!this.#target.contains(this.#screen.stage)) this.#target.append(this.#screen.stage);
    this.#space.start();
    this.#session.connect();
  }

  /** End the connection and leave the target. `connect()` may be called again. */
  close() {
    this.statistics = false;
    this.#session.close();
    this.#space.stop();
    this.#exact.clear();
    this.#screen.clear();
    this.#screen.stage.remove();
  }

  /** Give the canvas the keyboard. */
  focus() {
    this.#screen.focus();
  }

  /**
   * The pixels of the program's newest picture, byte for byte, whatever the video shows of it.
   *
   * @returns {Promise<Blob>} a PNG
   * @throws {import("./problem.js").Problem} where there is none, or no access to it
   */
  async snapshot() {
    return new Whep(this.#access()).snapshot();
  }

  /**
   * Why there is no connection, or none over WebRTC: what was tried, and what to do.
   *
   * @returns {Promise<import("./session/diagnosis.js").Finding[]>} empty where nothing is known
   */
  async diagnose() {
    const { trail } = this.#session;
    if (!trail) return [];
    const [{ gather }, { diagnose }] = await Promise.all([
      import("./session/evidence.js"),
      import("./session/diagnosis.js"),
    ]);
    return diagnose(await gather(trail));
  }

  /** @returns {StateName} */
  get state() {
    return this.#session.state.name;
  }

  /** Whether input from here steers the program. */
  get steering() {
    return this.#steering;
  }

  /** What its user may: "viewer", "operator" or "admin"; null before the first connection. */
  get role() {
    return this.#role;
  }

  /**
   * Ask for control: it is had from who has done nothing for 5 s. A `control` event tells that it
   * came, a `control_refused` event why not.
   */
  takeControl() {
    this.#session.connection?.channels.app({ type: "control", on: true });
  }

  /** Give control up, to the next who may steer; without one it stays. */
  releaseControl() {
    this.#session.connection?.channels.app({ type: "control", on: false });
  }

  get title() {
    return this.#title;
  }

  /** The size of the picture on the screen in pixels, null before the first. */
  get size() {
    return this.#screen.size?.picture ?? null;
  }

  /** Whether the program has a probe, and whether it answers here. */
  get probes() {
    return this.#probes.offered;
  }

  /** Where the pointer is over the picture: logical, and in the page. Null while it is elsewhere. */
  get pointer() {
    return this.#probes.pointer;
  }

  /**
   * Ask the program what lies at a point of the picture that is on the screen now.
   *
   * @param {number} [x] logical; without it, what lies under the pointer
   * @param {number} [y]
   * @returns {Promise<Value>} fails with an Error that says why there is no answer, in one sentence
   */
  probe(x, y) {
    return this.#probes.ask(x, y);
  }

  /** The video, for those who draw its frames elsewhere. It may be larger than the picture. */
  get video() {
    return this.#screen.video;
  }

  /** What shows the picture now: the video or, over a WebSocket, a canvas. */
  get surface() {
    return this.#screen.surface;
  }

  get fit() {
    return this.#fit;
  }

  /** One that is not taken counts as "contain", and is told. */
  set fit(fit) {
    this.#fit = this.#screen.fit = /** @type {Fit} */ (this.#taken("fit", fit));
  }

  /** "h264" or "vp8", to have that one from the next connection on if the browser can. */
  get codec() {
    return this.#codec;
  }

  /** One that is not taken counts as null, and is told. */
  set codec(codec) {
    this.#codec = this.#taken("codec", codec);
  }

  /** "webrtc" or "websocket", to have no other from the next connection on. */
  get transport() {
    return this.#transport;
  }

  /** One that is not taken counts as null, and is told. */
  set transport(transport) {
    this.#transport = this.#taken("transport", transport);
  }

  get viewOnly() {
    return this.#viewOnly;
  }

  set viewOnly(viewOnly) {
    if (viewOnly === this.#viewOnly) return;
    // The server then releases what is down: its release would not be sent any more.
    if (viewOnly && this.#mayInput) this.#edge("focus_out", {}, performance.now() / 1000);
    this.#viewOnly = viewOnly;
    this.#updateInput();
    this.#tellViewOnly();
    if (!viewOnly) this.#space.renew();
  }

  /** Whether a picture that has settled is shown with its very pixels. */
  get exact() {
    return this.#exact.on;
  }

  /** @param {boolean | string | null} exact "on" and "off" will do, too; null leaves it to the program */
  set exact(exact) {
    const given = typeof exact === "boolean" ? (exact ? "on" : "off") : exact;
    const value = this.#taken("exact", given);
    this.#exact.wanted = value === null ? null : value === "on";
  }

  /** A canvas with the very pixels of the picture while they are on the screen, else null. */
  get exactPixels() {
    return this.#exact.canvas;
  }

  get statistics() {
    return this.#wantsStatistics;
  }

  set statistics(on) {
    if (on === this.#wantsStatistics) return;
    this.#wantsStatistics = on;
    if (this.#statistics) this.#statistics.on = on;
    else this.#measure();
  }

  #access() {
    return {
      base: baseOf(this.src, document.baseURI),
      token: readToken(this.token || tokenIn(this.src, document.baseURI)),
      ...(this.#fetch && { fetch: this.#fetch }),
    };
  }

  #connectionOptions() {
    return {
      ...this.#access(),
      codec: this.codec,
      transport: this.transport,
      relay: this.relay,
      greeting: () => ({ visible: this.#space.look(), view_only: this.#viewOnly }),
    };
  }

  /**
   * What counts of a value given; one that is not taken is told, and changes nothing else.
   *
   * @param {import("./settings.js").SettingName} name
   * @param {unknown} given
   */
  #taken(name, given) {
    const { value, problem } = read(name, given);
    if (problem) this.#tellError(this.state, problem);
    return value;
  }

  /**
   * @param {State} state
   */
  #onstate({ name, problem }) {
    if (name !== "live") this.#disconnected();
    this.#tell("state", told(name, problem));
    if (name === "failed" && problem) this.#tellError(name, problem);
  }

  /**
   * @param {StateName} state
   * @param {Problem} problem
   */
  #tellError(state, problem) {
    // What the page's author got wrong is to be seen where authors look.
    if (problem.code === "setting") console.error(`rtc-canvas: ${problem.message}`);
    this.#tell("error", { ...told(state, problem), canvases: problem.canvases });
  }

  #disconnected() {
    this.#writer?.stop();
    this.#seq = this.#writer?.seq ?? this.#seq;
    this.#writer = null;
    this.#exact.forget();
    this.#identities.clear();
    this.#reports.clear();
    this.#probes.drop();
    this.#setControl(false, this.#role);
  }

  /**
   * @param {Connection} connection
   */
  #oninputopen({ channels }) {
    const to = {
      input: (/** @type {Fields} */ message) => channels.input(message),
      pointer: (/** @type {Fields} */ message) => channels.pointer(message),
    };
    this.#writer = new InputWriter(to, undefined, this.#seq);
    this.#space.renew();
    this.#updateInput();
  }

  /**
   * @param {ServerMessage} message
   */
  #onmessage(message) {
    switch (message.type) {
      case "hello":
        this.#exact.served = message.exact;
        this.#setControl(this.#steering, message.role || null);
        this.#tellViewOnly();
        return this.#statistics?.ask();
      case "control":
        return this.#setControl(message.steering, this.#role);
      case "control_refused":
        return this.#tell("control_refused", { reason: message.reason });
      case "frames":
        this.#identities.learn(message.frames);
        return this.#identified();
      case "ping":
        return this.#reports.answer(message.ping);
      case "probe":
        return this.#probes.answered(message);
      case "probes":
        this.#probes.offered = { registered: message.registered, allowed: message.allowed };
        return this.#tell("probes", this.#probes.offered);
      case "image":
      case "piece":
      case "cancel":
        return this.#exact.take(message);
      case "size":
        return this.#screen.announce(message);
      case "cursor":
        return void (this.#screen.cursor = message.cursor);
      case "stats":
        if (this.#statistics) this.#statistics.server = message.figures;
        return;
      case "notice":
        this.#notice = message.text;
        return this.#tell("notice", { text: message.text });
      case "css_size":
        return this.#tell("css_size", { width: message.width, height: message.height });
      case "wanted_size": {
        const { width, height, times } = message;
        return this.#tell("wanted_size", { width, height, times });
      }
      case "title":
        this.#title = message.title;
        this.#screen.label = message.title || "Canvas";
        return this.#tell("title", { title: message.title });
    }
  }

  /**
   * @param {import("./picture/screen.js").Frame} frame
   * @param {import("./picture/screen.js").Meeting | null} meeting
   */
  #onframe(frame, meeting) {
    if (meeting && frame.rtpTimestamp !== null) this.#reports.shown(frame.rtpTimestamp, meeting);
    this.#identities.shown(frame.rtpTimestamp);
    this.#exact.identifiable = frame.rtpTimestamp !== null;
    this.#identified();
    const { picture = null, id = null, renderTime = null } = this.#identities.onScreen ?? {};
    this.#tell("frame", { ...frame, picture, id, renderTime });
  }

  /** More may be known of the frame on the screen. */
  #identified() {
    this.#probes.identified();
    this.#exact.identified();
  }

  /** What measures is loaded when somebody wants to know. */
  async #measure() {
    const loaded = await import("./session/stats.js").catch(() => null);
    if (!loaded) return void (this.#wantsStatistics = false);
    this.#statistics ??= new loaded.Statistics(
      () => this.#session.connection,
      (figures) => this.#tell("statistics", figures),
    );
    this.#statistics.on = this.#wantsStatistics;
  }

  #tellExact() {
    this.#tell("exact", { on: this.exact, shown: this.exactPixels !== null });
  }

  /**
   * @param {boolean} steering
   * @param {string | null} role
   */
  #setControl(steering, role) {
    const changed = steering !== this.#steering || role !== this.#role;
    this.#steering = steering;
    this.#role = role;
    this.#updateInput();
    if (changed) this.#tell("control", { steering, role });
  }

  get #mayInput() {
    return this.#steering && !this.#viewOnly && this.#writer !== null;
  }

  #tellViewOnly() {
    this.#session.connection?.channels.app({ type: "view_only", on: this.#viewOnly });
  }

  #updateInput() {
    this.#pointer.enabled = this.#keyboard.enabled = this.#mayInput;
  }

  /**
   * Sent while somebody else steers, too: the server keeps it until this peer does.
   *
   * @param {import("./picture/viewport.js").Extent} extent
   */
  #sendExtent(extent) {
    if (!this.#writer || this.#viewOnly) return false;
    this.#edge("resize", { ...extent }, performance.now() / 1000);
    return true;
  }

  /**
   * @param {string} type
   * @param {import("./input/input-writer.js").Fields} fields
   * @param {number} time
   */
  #edge(type, fields, time) {
    this.#writer?.edge(type, fields, time);
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/**
 * @param {StateName} state
 * @param {Problem | null} problem
 */
function told(state, problem) {
  return {
    state,
    code: problem?.code ?? null,
    reason: problem?.message ?? "",
    advice: problem?.advice ?? "",
  };
}
