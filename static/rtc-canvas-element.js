/**
 * `<rtc-canvas src="…" fit="contain" codec="h264" exact="on" view-only controls>`: an RtcCanvas
 * with a status line.
 *
 * Attributes act live. It connects when it is put into a document and ends when it is taken out;
 * being moved is neither.
 *
 * @module
 */

import { Bar } from "./bar.js";
import { make } from "./dom.js";
import { keyOf } from "./keyboard.js";
import { ProbeView } from "./probe-view.js";
import { RtcCanvas } from "./rtc-canvas.js";
import { isStatisticsKey } from "./shortcuts.js";
import { describe } from "./situation.js";
import { Status } from "./status.js";
import { STYLE } from "./style.js";

/** @typedef {import("./geometry.js").Fit} Fit */
/** @typedef {import("./panel.js").Panel} Panel */
/** @typedef {import("./situation.js").Situation} Situation */

const EVENTS = [
  ...["state", "error", "control", "frame", "exact", "title", "notice", "probes", "statistics"],
];
const FITS = ["contain", "fill", "none"];
/** Milliseconds that a remark stays. */
const REMARK = 5000;

export class RtcCanvasElement extends HTMLElement {
  static observedAttributes = [
    ...["src", "token", "codec", "transport", "relay", "fit", "exact", "view-only", "controls"],
  ];

  #canvas;
  #status = new Status(() => this.#canvas.connect());
  #bar;
  #probe;
  #statistics = false;
  /** @type {Panel | null} null until it is opened for the first time */
  #panel = null;
  /** @type {Situation} */
  #situation = {
    state: "closed",
    code: null,
    reason: "",
    advice: "",
    findings: [],
    steering: false,
    viewOnly: false,
    picture: false,
    notice: null,
  };

  constructor() {
    super();
    const target = make("div", { class: "canvas" });
    this.#canvas = new RtcCanvas(target);
    this.#bar = new Bar(this.#status.line, {
      onfit: (fit) => (this.fit = fit),
      onprobe: () => this.#probe.toggle(),
      onexact: () => (this.exact = !this.#canvas.exact),
      onstatistics: () => this.#toggleStatistics(),
      onsave: () => this.#save(),
      onfullscreen: () => this.#toggleFullscreen(),
    });
    this.#bar.controls = false;
    this.#probe = new ProbeView(this.#canvas, this.#bar, this);
    this.attachShadow({ mode: "open" }).append(
      make("style", {}, STYLE),
      target,
      this.#status.announced,
      this.#status.cover,
      this.#bar.element,
    );
    this.#listen();
  }

  connectedCallback() {
    this.#connect();
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
        this.#canvas.fit = this.#bar.fit = this.fit;
        return;
      case "exact":
        this.#canvas.exact = this.exact;
        return;
      case "view-only":
        this.#canvas.viewOnly = this.viewOnly;
        this.#update({ viewOnly: this.viewOnly });
        return;
      case "controls":
        this.#bar.controls = this.controls;
        return;
      case "src":
      case "token":
      case "codec":
      case "transport":
        this.#canvas[name] = value;
        this.#reconnect();
        return;
      case "relay":
        this.#canvas.relay = value !== null;
        this.#reconnect();
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
    this.setAttribute("src", src);
  }

  /** @returns {Fit} */
  get fit() {
    const fit = this.getAttribute("fit") ?? "";
    return FITS.includes(fit) ? /** @type {Fit} */ (fit) : "contain";
  }

  set fit(fit) {
    this.setAttribute("fit", fit);
  }

  /** Whether a picture that has settled is shown with its very pixels; null: as the program says. */
  get exact() {
    const exact = this.getAttribute("exact");
    return exact === null ? null : exact !== "off";
  }

  set exact(exact) {
    if (exact === null) this.removeAttribute("exact");
    else this.setAttribute("exact", exact ? "on" : "off");
  }

  get viewOnly() {
    return this.hasAttribute("view-only");
  }

  set viewOnly(viewOnly) {
    this.toggleAttribute("view-only", viewOnly);
  }

  get controls() {
    return this.hasAttribute("controls");
  }

  set controls(controls) {
    this.toggleAttribute("controls", controls);
  }

  /** Access without a cookie. Set here, unlike as an attribute, it shows nowhere in the page. */
  get token() {
    return this.#canvas.token;
  }

  set token(token) {
    this.#canvas.token = token;
    this.#reconnect();
  }

  /** Give the canvas the keyboard. */
  focus() {
    this.#canvas.focus();
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
      this.#bar.fullscreen = document.fullscreenElement === this;
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
        this.#update({ ...detail, notice: null });
        this.#diagnose(detail.code);
        break;
      case "control":
        this.#update({ steering: detail.steering });
        break;
      case "notice":
        this.#update({ notice: detail.text });
        break;
      case "frame":
        if (!this.#situation.picture) this.#update({ picture: true });
        break;
      case "exact":
        this.#bar.exact = detail.on;
        break;
      case "statistics":
        this.#panel?.show(detail);
    }
    this.dispatchEvent(new CustomEvent(type, { detail }));
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
    if (code === null) return this.#update({ findings: [] });
    // Where the server cannot be reached, nor can the modules that this takes.
    const findings = await this.#canvas.diagnose().catch(() => []);
    if (this.#situation.code !== null) this.#update({ findings });
  }

  #reconnect() {
    // Before it was put into a document there is nothing to do again.
    if (this.#canvas.state === "closed") return;
    this.#canvas.close();
    this.#connect();
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
    else if (!this.#probe.take(key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  async #toggleStatistics() {
    const open = !this.#statistics;
    this.#statistics = this.#bar.statistics = this.#canvas.statistics = open;
    if (!this.#panel) {
      const { Panel } = await import("./panel.js");
      this.#panel ??= new Panel(() => this.#toggleStatistics());
      this.shadowRoot?.append(this.#panel.element);
    }
    this.#panel.open = this.#statistics;
  }

  async #save() {
    const { save } = await import("./save.js");
    await save(this.#canvas).catch((error) => this.#remark(error.message));
  }

  /** @param {string} text what is worth telling for a moment */
  #remark(text) {
    const { notice } = this.#situation;
    this.#update({ notice: text });
    setTimeout(() => {
      if (this.#situation.notice === text) this.#update({ notice });
    }, REMARK);
  }

  #toggleFullscreen() {
    const done = document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen();
    done.catch(() => {
      // The browser or the embedding page does not allow it: nothing changes.
    });
    this.focus();
  }
}

customElements.define("rtc-canvas", RtcCanvasElement);
