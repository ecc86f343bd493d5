/**
 * `<rtc-canvas src="…" fit="contain" codec="h264" exact="on" view-only controls titlebar>`: an
 * RtcCanvas with a status line.
 *
 * Attributes act live. It connects when it is put into a document and ends when it is taken out;
 * being moved is neither.
 *
 * @module
 */

import { RtcCanvas } from "./rtc-canvas.js";
import { read } from "./settings.js";
import { Bar } from "./controls/bar.js";
import { make } from "./controls/dom.js";
import { leaveFullScreen } from "./controls/full-screen.js";
import { describe } from "./controls/situation.js";
import { Status } from "./controls/status.js";
import { dress } from "./controls/style.js";
import { keyOf } from "./input/keyboard.js";
import { isProbeKey, isStatisticsKey } from "./input/shortcuts.js";

/** @typedef {import("./picture/geometry.js").Fit} Fit */
/** @typedef {import("./controls/css-size.js").CssSize} CssSize */
/** @typedef {import("./controls/css-size.js").Sides} Sides */
/** @typedef {import("./controls/panel.js").Panel} Panel */
/** @typedef {import("./controls/situation.js").Situation} Situation */
/** @typedef {import("./input/shortcuts.js").Key} Key */
/** @typedef {import("./probe/probe-view.js").ProbeView} ProbeView */

const EVENTS = [
  ...["state", "error", "control", "control_refused", "frame", "exact", "title", "notice", "probes", "statistics"],
  ...["css_size", "wanted_size"],
];
const PROPERTIES = /** @type {const} */ ([
  ...["src", "token", "codec", "transport", "relay", "fit", "exact", "viewOnly", "controls"],
  ...["titlebar", "minimised"],
]);
/** Milliseconds that a remark stays. */
const REMARK = 5000;

export class RtcCanvasElement extends HTMLElement {
  static observedAttributes = [
    ...["src", "token", "codec", "transport", "relay", "fit", "exact", "view-only", "controls"],
    ...["titlebar", "minimised"],
  ];

  #canvas;
  #status = new Status(() => this.#act());
  #bar;
  /** @type {ProbeView | null} null until the program is known to have a probe */
  #probe = null;
  #statistics = false;
  /** Whether it is to connect anew once all that changes together has changed. */
  #changed = false;
  /** @type {Promise<CssSize | null> | null} null until the program has said anything of its size */
  #cssSize = null;
  /** @type {Panel | null} null until it is opened for the first time */
  #panel = null;
  /** @type {Promise<void> | null} null until there is to be one, or after it could not be loaded */
  #titleBar = null;
  /** @type {Situation} */
  #situation = {
    state: "closed",
    code: null,
    reason: "",
    advice: "",
    findings: [],
    steering: false,
    mayOnlyWatch: false,
    viewOnly: false,
    picture: false,
    notice: null,
    remark: null,
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #remarkTimer;

  constructor() {
    super();
    const target = make("div", { class: "canvas" });
    this.#canvas = new RtcCanvas(target);
    const actions = {
      onfit: (/** @type {Fit} */ fit) => (this.fit = fit),
      onprobe: () => this.#probe?.toggle(),
      onexact: () => (this.exact = !this.#canvas.exact),
      onstatistics: () => this.#toggleStatistics(),
      onsave: () => this.#save(),
    };
    this.#bar = new Bar(this.#status.line, actions, this);
    this.#bar.controls = false;
    this.#bar.probe = { offered: false, open: false };
    const root = this.attachShadow({ mode: "open" });
    dress(root);
    root.append(
      target,
      this.#status.announced,
      this.#status.cover,
      this.#bar.element,
    );
    this.#listen();
  }

  connectedCallback() {
    this.#takeEarlyProperties();
    // Not within what puts it there: frameworks take no news of an element that they are adding.
    queueMicrotask(() => {
      if (this.isConnected) this.#connect();
    });
  }

  /** Where `moveBefore()` moves it, neither of the two beside this is called: all stays as it is. */
  connectedMoveCallback() {}

  adoptedCallback() {
    if (this.shadowRoot) dress(this.shadowRoot);
  }

  disconnectedCallback() {
    // Being moved in a document calls this as well: then it is in one again at once.
    queueMicrotask(() => {
      if (!this.isConnected) this.#canvas.close();
    });
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} value
   */
  attributeChangedCallback(name, before, value) {
    if (before === value) return;
    switch (name) {
      case "fit":
        this.#canvas.fit = /** @type {Fit} */ (value);
        this.#bar.fit = this.#canvas.fit;
        return;
      case "exact":
        this.#canvas.exact = value === "" ? "on" : value;
        return;
      case "view-only":
        this.#canvas.viewOnly = this.viewOnly;
        this.#update({ viewOnly: this.viewOnly });
        return;
      case "controls":
        this.#bar.controls = this.controls;
        return;
      case "titlebar":
        this.#needTitleBar();
        return;
      case "minimised":
        if ((before === null) !== (value === null)) this.#onminimise(value !== null);
        return;
      case "src":
      case "token":
      case "codec":
      case "transport":
        this.#canvas[name] = value;
        this.#renew();
        return;
      case "relay":
        this.#canvas.relay = this.relay;
        this.#renew();
    }
  }

  /** The RtcCanvas in it. */
  get canvas() {
    return this.#canvas;
  }

  get src() {
    return this.getAttribute("src") ?? "";
  }

  set src(src) {
    this.#reflect("src", src);
  }

  /** @returns {Fit} */
  get fit() {
    return this.#canvas.fit;
  }

  set fit(fit) {
    this.#reflect("fit", fit);
  }

  /** "h264" or "vp8"; null: whichever the browser can. */
  get codec() {
    return this.#canvas.codec;
  }

  set codec(codec) {
    this.#reflect("codec", codec);
  }

  /** "webrtc" or "websocket"; null: whichever gets through. */
  get transport() {
    return this.#canvas.transport;
  }

  set transport(transport) {
    this.#reflect("transport", transport);
  }

  /** Whether it connects through a TURN server only. */
  get relay() {
    return this.hasAttribute("relay");
  }

  set relay(relay) {
    this.toggleAttribute("relay", Boolean(relay));
  }

  /** Whether a picture that has settled is shown with its very pixels; null: as the program says. */
  get exact() {
    const given = this.getAttribute("exact");
    const { value } = read("exact", given === "" ? "on" : given);
    return value === null ? null : value === "on";
  }

  set exact(exact) {
    this.#reflect("exact", typeof exact === "boolean" ? (exact ? "on" : "off") : exact);
  }

  get viewOnly() {
    return this.hasAttribute("view-only");
  }

  set viewOnly(viewOnly) {
    this.toggleAttribute("view-only", Boolean(viewOnly));
  }

  get controls() {
    return this.hasAttribute("controls");
  }

  set controls(controls) {
    this.toggleAttribute("controls", Boolean(controls));
  }

  /** Whether it has a bar at the top, with the program's title. */
  get titlebar() {
    return this.hasAttribute("titlebar");
  }

  set titlebar(titlebar) {
    this.toggleAttribute("titlebar", Boolean(titlebar));
  }

  /** Whether nothing of it is seen but its title bar. */
  get minimised() {
    return this.hasAttribute("minimised");
  }

  set minimised(minimised) {
    this.toggleAttribute("minimised", Boolean(minimised));
  }

  /** Access without a cookie. Set here, unlike as an attribute, it shows nowhere in the page. */
  get token() {
    return this.#canvas.token;
  }

  set token(token) {
    if ((token ?? null) === this.#canvas.token) return;
    this.#canvas.token = token ?? null;
    this.#renew();
  }

  /** Give the canvas the keyboard. */
  focus() {
    this.#canvas.focus();
  }

  /** What a page set before the element was defined is in the way of what it was meant for. */
  #takeEarlyProperties() {
    const early = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (this));
    for (const name of PROPERTIES) {
      if (!Object.hasOwn(this, name)) continue;
      const value = early[name];
      delete early[name];
      early[name] = value;
    }
  }

  /**
   * @param {string} name of an attribute
   * @param {unknown} value null and undefined take it away
   */
  #reflect(name, value) {
    if (value === null || value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, String(value));
  }

  #listen() {
    for (const type of EVENTS) {
      this.#canvas.addEventListener(type, (event) =>
        this.#pass(/** @type {CustomEvent} */ (event)),
      );
    }
    this.addEventListener("keydown", (event) => this.#onkey(event), { capture: true });
    for (const type of /** @type {const} */ (["pointermove", "pointerdown"])) {
      this.addEventListener(type, (event) =>
        this.#bar.approach(event, this.getBoundingClientRect()),
      );
    }
    this.addEventListener("fullscreenchange", () => {
      if (!this.matches(":fullscreen") || !this.minimised) return;
      this.minimised = false;
      // Minimised, the canvas could not take it from the button.
      this.focus();
    });
  }

  /**
   * Show what an event of the canvas tells, and let it be the element's own.
   *
   * @param {CustomEvent} event
   */
  #pass({ type, detail }) {
    switch (type) {
      case "state":
        this.dataset.state = detail.state;
        this.#update({ ...detail, notice: null, remark: null });
        this.#diagnose(detail.code);
        // What could not be loaded with the server away may be now.
        if (detail.state === "live") this.#needTitleBar();
        break;
      case "control":
        this.#update({ steering: detail.steering, mayOnlyWatch: detail.role === "viewer" });
        break;
      case "control_refused":
        this.#remark(detail.reason);
        break;
      case "notice":
        this.#update({ notice: detail.text, remark: null });
        break;
      case "frame":
        if (!this.#situation.picture) this.#update({ picture: true });
        break;
      case "exact":
        this.#bar.exact = detail.on;
        break;
      case "probes":
        if (detail.registered) this.#needProbe();
        break;
      case "css_size":
        return void this.#resize(detail);
      case "statistics":
        this.#panel?.show(detail);
    }
    this.#tell(type, detail);
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** What the status offers was chosen. */
  #act() {
    if (this.#canvas.state === "live") this.#canvas.takeControl();
    else this.#canvas.connect();
  }

  /**
   * Be so large, and tell it then: a page may have another size for it.
   *
   * @param {Sides} sides
   */
  async #resize(sides) {
    if (sides.width !== null || sides.height !== null) this.#cssSize ??= this.#sized();
    // One after the other: also what is taken back while that is on its way.
    if (this.#cssSize) (await this.#cssSize)?.take(sides);
    this.#tell("css_size", sides);
  }

  async #sized() {
    const loaded = await import("./controls/css-size.js").catch(() => null);
    if (!loaded) this.#cssSize = null;
    return loaded && new loaded.CssSize(this);
  }

  /**
   * @param {Partial<Situation>} change
   */
  #update(change) {
    this.#situation = { ...this.#situation, ...change };
    if (this.#situation.state === "closed") this.#situation.picture = false;
    const saying = describe(this.#situation);
    this.#status.show(saying);
    this.#bar.lasting = saying.lasting;
  }

  /**
   * @param {string | null} code of the problem; null while there is none
   */
  async #diagnose(code) {
    // What the server ended had its way.
    if (code === null || code === "ended") return this.#update({ findings: [] });
    // Where the server cannot be reached, nor can the modules that this takes.
    const findings = await this.#canvas.diagnose().catch(() => []);
    if (this.#situation.code !== null) this.#update({ findings });
  }

  /** Connect anew with what has changed. Several changes in a row make one new connection. */
  #renew() {
    // Before it is put into a document there is nothing to do again.
    if (this.#changed || this.#canvas.state === "closed") return;
    this.#changed = true;
    queueMicrotask(() => {
      this.#changed = false;
      if (!this.isConnected || this.#canvas.state === "closed") return;
      this.#canvas.close();
      this.#connect();
    });
  }

  #connect() {
    this.#canvas.connect();
    this.#canvas.statistics = this.#statistics;
  }

  /**
   * @param {KeyboardEvent} event
   */
  #onkey(event) {
    const key = keyOf(event);
    if (isStatisticsKey(key)) this.#toggleStatistics();
    else if (!this.#takeForProbe(key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {Key} key
   * @returns {boolean} whether it was meant for the value under the pointer
   */
  #takeForProbe(key) {
    if (this.#probe) return this.#probe.take(key);
    if (!isProbeKey(key) || !this.#canvas.probes.registered) return false;
    this.#needProbe().then(() => this.#probe?.take(key));
    return true;
  }

  async #needProbe() {
    const loaded = await import("./probe/probe-view.js").catch(() => null);
    if (loaded) this.#probe ??= new loaded.ProbeView(this.#canvas, this.#bar, this);
  }

  async #toggleStatistics() {
    const open = !this.#statistics;
    this.#statistics = this.#bar.statistics = this.#canvas.statistics = open;
    if (!this.#panel) {
      const { Panel } = await import("./controls/panel.js");
      this.#panel ??= new Panel(() => this.#toggleStatistics());
      this.shadowRoot?.append(this.#panel.element);
    }
    this.#panel.open = this.#statistics;
  }

  async #save() {
    const { save } = await import("./controls/save.js");
    await save(this.#canvas).catch((error) => this.#remark(error.message));
  }

  /** @param {string} text what is worth telling for a moment */
  #remark(text) {
    clearTimeout(this.#remarkTimer);
    this.#update({ remark: text });
    this.#remarkTimer = setTimeout(() => this.#update({ remark: null }), REMARK);
  }

  #needTitleBar() {
    if (this.titlebar) this.#titleBar ??= this.#addTitleBar();
  }

  async #addTitleBar() {
    // Its room is kept while it is on its way.
    delete this.dataset.titlebar;
    try {
      const { TitleBar } = await import("./controls/title-bar.js");
      this.shadowRoot?.prepend(new TitleBar(this).element);
    } catch (error) {
      this.dataset.titlebar = "missing";
      this.#titleBar = null;
      const again = "it is tried again with the next connection";
      console.warn(`rtc-canvas: The title bar could not be loaded (${error}); ${again}.`);
    }
  }

  /** @param {boolean} minimised */
  #onminimise(minimised) {
    if (minimised) leaveFullScreen(this);
    // Not within what changes it: frameworks take no news of an element that they are making.
    queueMicrotask(() => this.dispatchEvent(new CustomEvent("minimise", { detail: { minimised } })));
  }
}

// Where a page has it from another server as well, that one shows all canvases.
if (!customElements.get("rtc-canvas")) customElements.define("rtc-canvas", RtcCanvasElement);
