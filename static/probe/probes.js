/**
 * What a page may ask the program about the picture on its screen.
 *
 * @module
 */

import { isInside } from "../picture/geometry.js";

/** @typedef {import("../picture/geometry.js").Point} Point */
/** @typedef {{clientX: number, clientY: number, pointerType: string}} Place as in a PointerEvent */
/** @typedef {import("../picture/identities.js").Identities} Identities */
/** @typedef {import("./questions.js").Answer} Answer */
/** @typedef {import("./questions.js").Connection} Connection */
/** @typedef {import("./questions.js").Questions} Questions */
/** @typedef {import("./questions.js").Value} Value */
/** @typedef {import("../picture/screen.js").Screen} Screen */

export class Probes {
  /** Whether the program has a probe, and whether it answers here. */
  offered = { registered: false, allowed: false };
  #screen;
  #identities;
  #connection;
  #hover;
  /** @type {Questions | null} null until something is asked for the first time */
  #questions = null;

  /**
   * @param {Screen} screen
   * @param {Identities} identities of the frames on it
   * @param {() => Connection | null} connection the one to the program, null while there is none
   */
  constructor(screen, identities, connection) {
    this.#screen = screen;
    this.#identities = identities;
    this.#connection = connection;
    this.#hover = new Hover(screen.box);
  }

  /** @returns {(Point & Place) | null} null while the pointer is not over the picture */
  get pointer() {
    const { place } = this.#hover;
    const { size } = this.#screen;
    const point = place && this.#screen.locate({ x: place.clientX, y: place.clientY });
    return point && size && isInside(point, size.logical) ? { ...point, ...place } : null;
  }

  /**
   * @param {number} [x] logical; without it, the point under the pointer
   * @param {number} [y]
   * @returns {Promise<Value>}
   */
  async ask(x, y) {
    const point = x === undefined ? this.pointer : { x, y: Number(y) };
    const logical = this.#screen.size?.logical;
    const asked = this.#identities.timestamp;
    const { Questions } = await import("./questions.js");
    this.#questions ??= new Questions(this.#connection);
    return this.#questions.ask({
      point,
      logical,
      // What was told of a frame may get lost: where the next one is on the screen, that is meant.
      identity: () => this.#identities.of(asked) ?? this.#identities.onScreen,
    });
  }

  /** @param {Answer} answer */
  answered(answer) {
    this.#questions?.answered(answer);
  }

  /** The server told which picture some frame shows, or another frame is on the screen. */
  identified() {
    this.#questions?.identified();
  }

  /** The connection ended. */
  drop() {
    this.#questions?.drop();
  }
}

/** Where the pointer is: also while input is off. */
class Hover {
  /** @type {Place | null} */
  #place = null;

  /**
   * @param {HTMLElement} box the picture's
   */
  constructor(box) {
    for (const type of /** @type {const} */ (["pointermove", "pointerdown"])) {
      box.addEventListener(type, ({ clientX, clientY, pointerType }) => {
        this.#place = { clientX, clientY, pointerType };
      });
    }
    box.addEventListener("pointerleave", ({ pointerType }) => {
      // A finger leaves whenever it is lifted: what it touched last stays what it points at.
      if (pointerType !== "touch") this.#place = null;
    });
  }

  /** Null while it is elsewhere. */
  get place() {
    return this.#place;
  }
}
