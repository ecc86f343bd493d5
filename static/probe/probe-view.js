/**
 * The key and the button that open the value under the pointer. What shows it is loaded then.
 *
 * @module
 */

import { isProbeKey } from "../input/shortcuts.js";

/** @typedef {import("../controls/bar.js").Bar} Bar */
/** @typedef {import("./probe-readout.js").ProbeReadout} ProbeReadout */
/** @typedef {import("../rtc-canvas.js").RtcCanvas} RtcCanvas */
/** @typedef {import("../input/shortcuts.js").Key} Key */

export class ProbeView {
  #canvas;
  #bar;
  #host;
  #open = false;
  /** @type {ProbeReadout | null} null until it is opened for the first time */
  #readout = null;

  /**
   * @param {RtcCanvas} canvas
   * @param {Bar} bar
   * @param {HTMLElement} host with a shadow tree, to which the readout is added
   */
  constructor(canvas, bar, host) {
    this.#canvas = canvas;
    this.#bar = bar;
    this.#host = host;
    canvas.addEventListener("probes", () => this.#update());
    this.#update();
  }

  toggle() {
    this.#show(!this.#open);
  }

  /**
   * @param {Key} key that was pressed
   * @returns {boolean} whether it was meant for this, and is the program's no more
   */
  take(key) {
    // Whoever may not ask is told so when they try. A program without a probe has the key for itself.
    if (isProbeKey(key) && (this.#open || this.#canvas.probes.registered)) {
      this.toggle();
      return true;
    }
    if (key.key !== "Escape" || !this.#open) return false;
    this.#show(false);
    return true;
  }

  #update() {
    const { allowed } = this.#canvas.probes;
    this.#bar.probe = { offered: allowed, open: this.#open };
  }

  /**
   * @param {boolean} open
   */
  async #show(open) {
    this.#open = open;
    this.#update();
    if (!this.#readout) {
      const { ProbeReadout } = await import("./probe-readout.js");
      if (!this.#readout) {
        this.#readout = new ProbeReadout(this.#canvas, this.#host);
        this.#host.shadowRoot?.append(this.#readout.announced, this.#readout.element);
      }
    }
    this.#readout.open = this.#open;
  }
}
