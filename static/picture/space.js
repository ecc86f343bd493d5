/**
 * What the server is told of the space that a canvas has on its page: the size, once it rests, and
 * whether it is seen.
 *
 * @module
 */

import { Viewport } from "./viewport.js";

/** @typedef {import("./viewport.js").Extent} Extent */

/**
 * @typedef {object} SpaceEvents
 * @property {(extent: Extent) => void} onextent at each change
 * @property {(extent: Extent) => boolean} onrest a new size to be told; whether it could be
 * @property {(visible: boolean) => void} onvisible it came into sight, or went out of it
 */

/** Milliseconds without a change until a new size is told. */
const PAUSE = 100;

export class Space {
  #target;
  #events;
  /** @type {Viewport | null} null while nobody watches */
  #viewport = null;
  #visible = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** The size that was told last. */
  #told = "";

  /**
   * @param {HTMLElement} target
   * @param {SpaceEvents} events
   */
  constructor(target, events) {
    this.#target = target;
    this.#events = events;
  }

  /** Watch it. */
  start() {
    this.#viewport ??= new Viewport(this.#target, () => this.#onchange());
    this.#events.onextent(this.#viewport.extent);
  }

  stop() {
    this.#viewport?.stop();
    this.#viewport = null;
    clearTimeout(this.#timer);
  }

  /** Whether it is seen now; who asks tells the server. */
  look() {
    this.#visible = this.#viewport?.visible ?? false;
    return this.#visible;
  }

  /** There is a server that has not been told the size yet. */
  renew() {
    this.#told = "";
    this.#tell();
  }

  #onchange() {
    if (!this.#viewport) return;
    this.#events.onextent(this.#viewport.extent);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), PAUSE);
    const { visible } = this.#viewport;
    if (visible === this.#visible) return;
    this.#visible = visible;
    this.#events.onvisible(visible);
  }

  #tell() {
    const extent = this.#viewport?.extent;
    if (!extent || extent.width < 1 || extent.height < 1) return;
    const text = JSON.stringify(extent);
    if (this.#told !== text && this.#events.onrest(extent)) this.#told = text;
  }
}
