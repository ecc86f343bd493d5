/**
 * The value under the pointer, beside the pointer.
 *
 * @module
 */

import { make } from "../controls/dom.js";
import { placeBeside } from "./beside.js";

/** @typedef {import("../rtc-canvas.js").RtcCanvas} RtcCanvas */

/** Milliseconds without a change after which a value is read out. */
const REST = 500;
/** Milliseconds until the next question after one that failed. */
const AFTER_FAILURE = 1000;

const HINT = "Point at the picture to read its values.";

export class ProbeReadout {
  /** It takes no pointer event, and is read out by `announced`, which changes less often. */
  element = make("div", { class: "probe", "aria-hidden": "true" });
  announced = make("div", { class: "announced", "aria-live": "polite" });
  #canvas;
  #host;
  /** @type {AbortController | null} takes back the listeners; null while it is closed */
  #listeners = null;
  /** Whether something changed since the last question. */
  #stale = false;
  #asking = false;
  /** @type {number | null} the picture that the text is about */
  #picture = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #restTimer;

  /**
   * @param {RtcCanvas} canvas
   * @param {HTMLElement} host around the canvas; the readout stays inside
   */
  constructor(canvas, host) {
    this.#canvas = canvas;
    this.#host = host;
    this.element.hidden = true;
  }

  /** @param {boolean} open */
  set open(open) {
    this.#listeners?.abort();
    this.#listeners = null;
    this.#hide();
    if (!open) return;
    this.#listen();
    if (this.#canvas.pointer) this.#change();
    else this.#show(HINT, "hint");
  }

  #listen() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    for (const type of /** @type {const} */ (["pointermove", "pointerdown", "pointerout"])) {
      this.#host.addEventListener(type, () => this.#onpointer(), { signal });
    }
    this.#canvas.addEventListener("frame", (event) => this.#onframe(event), { signal });
    this.#canvas.addEventListener("state", () => this.#hide(), { signal });
  }

  #onpointer() {
    if (this.#canvas.pointer) {
      this.#place();
      this.#change();
    } else if (!this.#hinting) {
      this.#hide();
    }
  }

  /**
   * @param {Event} event
   */
  #onframe(event) {
    const { picture } = /** @type {CustomEvent} */ (event).detail;
    // A picture that stays is sent again, and what lies in it stays the same.
    if (picture === null || picture !== this.#picture) this.#change();
  }

  #change() {
    this.#stale = true;
    if (!this.#asking) this.#ask();
  }

  /** Ask about the newest point of the newest picture, and again where that changed meanwhile. */
  async #ask() {
    this.#asking = true;
    while (this.#stale && this.#listeners) {
      this.#stale = false;
      const { pointer } = this.#canvas;
      if (pointer) await this.#askAt(pointer.x, pointer.y);
    }
    this.#asking = false;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  async #askAt(x, y) {
    try {
      const { text, picture } = await this.#canvas.probe(x, y);
      this.#picture = picture;
      this.#answered(text, "value");
    } catch (error) {
      this.#picture = null;
      this.#answered(error instanceof Error ? error.message : String(error), "bad");
      await new Promise((resolve) => setTimeout(resolve, AFTER_FAILURE));
    }
  }

  /**
   * @param {string} text
   * @param {string} tone
   */
  #answered(text, tone) {
    // Meanwhile it may have been closed, or the pointer have gone.
    if (this.#listeners && this.#canvas.pointer) this.#show(text, tone);
  }

  /**
   * @param {string} text
   * @param {string} tone
   */
  #show(text, tone) {
    if (text !== this.element.textContent) this.#announceAtRest(text);
    this.element.textContent = text;
    this.element.dataset.tone = tone;
    this.element.hidden = false;
    this.#place();
  }

  #hide() {
    this.element.hidden = true;
    this.element.textContent = "";
    this.#announceAtRest("");
  }

  /**
   * @param {string} text
   */
  #announceAtRest(text) {
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => (this.announced.textContent = text), REST);
  }

  get #hinting() {
    return this.element.dataset.tone === "hint" && !this.element.hidden;
  }

  #place() {
    const { element } = this;
    const area = this.#host.getBoundingClientRect();
    const { clientX, clientY, pointerType } = this.#canvas.pointer ?? middle(area);
    const { x, y } = placeBeside(
      { x: clientX - area.left, y: clientY - area.top },
      [element.offsetWidth, element.offsetHeight],
      [area.width, area.height],
      pointerType === "touch",
    );
    element.style.translate = `${x}px ${y}px`;
  }
}

/**
 * @param {DOMRect} area
 */
function middle({ left, top, width, height }) {
  return { clientX: left + width / 2, clientY: top + height / 2, pointerType: "touch" };
}
