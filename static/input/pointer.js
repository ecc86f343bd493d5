/**
 * Pointer, wheel and touch events of the picture, as input messages.
 *
 * @module
 */

import { modifiers } from "./keyboard.js";

/** @typedef {import("../picture/geometry.js").Point} Point */
/** @typedef {import("./input-writer.js").Fields} Fields */

/**
 * @typedef {object} InputSink
 * @property {(fields: Fields, time: number) => void} move
 * @property {(type: string, fields: Fields, time: number) => void} edge
 */

/**
 * @typedef {object} Surroundings
 * @property {(point: Point) => Point | null} locate from the page's coordinates to the picture's
 * @property {() => boolean} focused
 * @property {() => void} focus
 */

/** DOM's `button` (0 left, 1 middle, 2 right, 3 back, 4 forward) in the protocol's numbers. */
const BUTTONS = [1, 3, 2, 4, 5];
/** Bits of DOM's `buttons` in the same numbers. */
const BUTTON_BITS = [1, 2, 3, 4, 5];
/** Pixels of a wheel's line and page, as in the protocol. */
const WHEEL_UNITS = [1, 16, 600];

export class Pointer {
  #box;
  #surroundings;
  #sink;
  #enabled = false;
  /** The buttons of a mouse or pen down, as in DOM's `buttons`. */
  #down = 0;
  /** @type {Set<number>} the pointers that are ours wherever they go */
  #captured = new Set();
  /** Which is told when one of them is lost while the box is in no document. */
  #page;
  /** @type {Map<number, Point & {pressure: number}>} fingers down */
  #touches = new Map();
  /** @type {import("./pinch.js").Pinch | null} null until the first finger is down */
  #pinch = null;
  /** @type {Point | null} where the pointer was last, in the picture */
  #position = null;

  /**
   * @param {HTMLElement} box the picture's
   * @param {Surroundings} surroundings
   * @param {InputSink} sink
   */
  constructor(box, surroundings, sink) {
    this.#box = box;
    this.#page = box.ownerDocument;
    this.#surroundings = surroundings;
    this.#sink = sink;
    this.#listen("pointerdown", (event) => this.#onpress(event));
    this.#listen("pointerup", (event) => this.#onbuttons(event));
    this.#listen("pointercancel", (event) => this.#onbuttons(event));
    this.#listen("pointermove", (event) => this.#onmove(event));
    this.#listen("pointerenter", (event) => this.#onenter(event));
    this.#listen("pointerleave", (event) => this.#send("pointer_leave", event));
    this.#listen("dblclick", (event) => this.#ondoubleclick(event));
    this.#listen("wheel", (event) => this.#onwheel(event), { passive: false });
    // Its default would move the focus away from where the keys go, or leave the page (4, 5).
    this.#listen("mousedown", (event) => this.#prevent(event));
    this.#listen("mouseup", (event) => this.#prevent(event));
    this.#listen("contextmenu", (event) => !event.shiftKey && this.#prevent(event));
  }

  get position() {
    return this.#position;
  }

  /**
   * While it is off nothing is sent, no default prevented, and fingers scroll the page.
   *
   * @param {boolean} enabled
   */
  set enabled(enabled) {
    if (enabled === this.#enabled) return;
    this.#enabled = enabled;
    this.#box.style.touchAction = enabled ? "none" : "auto";
    this.#down = 0;
    this.#touches.clear();
    this.#captured.clear();
    this.#page.removeEventListener("lostpointercapture", this.#onlost, true);
  }

  /**
   * @template {keyof HTMLElementEventMap} Type
   * @param {Type} type
   * @param {(event: HTMLElementEventMap[Type]) => void} act
   * @param {AddEventListenerOptions} [options]
   */
  #listen(type, act, options = {}) {
    this.#box.addEventListener(type, (event) => this.#enabled && act(event), options);
  }

  /**
   * @param {PointerEvent} event
   */
  #onpress(event) {
    this.#surroundings.focus();
    // From now on the pointer is ours wherever it goes, until its last button is up.
    this.#box.setPointerCapture(event.pointerId);
    this.#captured.add(event.pointerId);
    // Of a box that was taken out of the document, the document is told. It may be another than before.
    this.#page.removeEventListener("lostpointercapture", this.#onlost, true);
    this.#page = this.#box.ownerDocument;
    this.#page.addEventListener("lostpointercapture", this.#onlost, true);
    // A mouse presses its first button, a first finger is the only one: what else is down was let go of where nobody told.
    if (event.pointerType !== "touch") this.#setButtons(event, 0);
    else if (event.isPrimary) for (const id of [...this.#touches.keys()]) this.#lift(event, id);
    this.#onbuttons(event);
  }

  /**
   * The end of a pointer that is ours: after its last button is up, but also when the box is moved in the document, or
   * something else takes the pointer away.
   *
   * @param {PointerEvent} event
   */
  #onlost = (event) => {
    const { pointerId, pointerType } = event;
    if (!this.#captured.delete(pointerId)) return;
    if (!this.#captured.size) {
      this.#page.removeEventListener("lostpointercapture", this.#onlost, true);
    }
    if (pointerType === "touch") this.#lift(event, pointerId);
    else this.#setButtons(event, 0);
  };

  /**
   * The box may lose a pointer before the browser has given it, which it does with the pointer's next event: then it
   * tells no loss.
   *
   * @param {PointerEvent} event
   */
  #notice(event) {
    const { pointerId } = event;
    if (this.#captured.has(pointerId) && !this.#box.hasPointerCapture(pointerId)) this.#onlost(event);
  }

  /**
   * @param {PointerEvent} event
   */
  #onenter(event) {
    this.#notice(event);
    this.#send("pointer_enter", event);
  }

  /**
   * A button went down or up. While one is held, others come as `pointermove` (Pointer Events,
   * "Chorded button interactions").
   *
   * @param {PointerEvent} event
   */
  #onbuttons(event) {
    const pressed = event.type === "pointercancel" ? 0 : event.buttons;
    if (event.pointerType !== "touch") this.#setButtons(event, pressed);
    else if (pressed) this.#lay(event);
    else this.#lift(event, event.pointerId);
  }

  /**
   * @param {PointerEvent} event of a mouse or a pen
   * @param {number} pressed the buttons down, as in DOM's `buttons`
   */
  #setButtons(event, pressed) {
    const changed = this.#down ^ pressed;
    this.#down = pressed;
    BUTTON_BITS.forEach((button, bit) => {
      if (!(changed & (1 << bit))) return;
      this.#send(pressed & (1 << bit) ? "pointer_down" : "pointer_up", event, button);
    });
  }

  /**
   * @param {PointerEvent} event of a finger
   */
  #lay(event) {
    this.#track(event);
    if (this.#pinch) this.#pinch.update([...this.#touches.values()]);
    else this.#needPinch();
    this.#send("pointer_down", event, 1);
  }

  /** Most pages have a mouse. */
  async #needPinch() {
    const loaded = await import("./pinch.js").catch(() => null);
    if (!loaded || this.#pinch) return;
    this.#pinch = new loaded.Pinch();
    this.#pinch.update([...this.#touches.values()]);
  }

  /**
   * @param {PointerEvent} event where the program is to hear of it
   * @param {number} id of a finger; of one that is not down, nothing is told
   */
  #lift(event, id) {
    if (!this.#touches.delete(id)) return;
    this.#pinch?.update([...this.#touches.values()]);
    this.#send("pointer_up", event, 1);
  }

  /**
   * @param {PointerEvent} event
   */
  #onmove(event) {
    this.#notice(event);
    if (event.pointerType === "touch") return this.#onfinger(event);
    const isChorded = event.button !== -1;
    // Of a pointer that is not ours none goes down: its release may come to somebody else.
    const isOurs = isChorded && this.#captured.has(event.pointerId);
    // And a button may come up where nobody tells, as over a menu of the browser's.
    this.#setButtons(event, isOurs ? event.buttons : this.#down & event.buttons);
    if (!isChorded) this.#move(event);
  }

  /**
   * @param {PointerEvent} event of a finger that moves
   */
  #onfinger(event) {
    // One that was lost, or that was down before the input was on, is nobody's until it comes down again.
    if (!this.#touches.has(event.pointerId)) return;
    this.#track(event);
    this.#move(event);
    this.#onpinch(event);
  }

  /**
   * @param {PointerEvent} event
   */
  #move(event) {
    const fields = this.#fields(event, 0);
    if (fields) this.#sink.move(fields, seconds(event));
  }

  /**
   * @param {PointerEvent} event of a finger
   */
  #onpinch(event) {
    const turn = this.#pinch?.update([...this.#touches.values()]);
    if (!turn) return;
    const { x, y, dy } = turn;
    const fields = { x, y, dx: 0, dy, buttons: this.#buttons(), modifiers: modifiers(event) };
    this.#sink.edge("wheel", fields, seconds(event));
  }

  /**
   * @param {PointerEvent} event of a finger
   */
  #track(event) {
    const point = this.#locate(event);
    if (point) this.#touches.set(event.pointerId, { ...point, pressure: event.pressure });
  }

  /**
   * @param {MouseEvent} event
   */
  #ondoubleclick(event) {
    const point = this.#locate(event);
    if (!point) return;
    const button = BUTTONS[event.button] ?? 0;
    const fields = { ...point, button, buttons: this.#buttons(), modifiers: modifiers(event) };
    this.#sink.edge("double_click", fields, seconds(event));
  }

  /**
   * @param {WheelEvent} event
   */
  #onwheel(event) {
    // Over a canvas that has not the focus, the wheel scrolls the page, as everywhere in it.
    if (!this.#surroundings.focused()) return;
    event.preventDefault();
    const point = this.#locate(event);
    if (!point) return;
    const unit = WHEEL_UNITS[event.deltaMode] ?? 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    const fields = { ...point, dx, dy, buttons: this.#buttons(), modifiers: modifiers(event) };
    this.#sink.edge("wheel", fields, seconds(event));
  }

  /**
   * @param {string} type
   * @param {PointerEvent} event
   * @param {number} [button]
   */
  #send(type, event, button = 0) {
    const fields = this.#fields(event, button);
    if (fields) this.#sink.edge(type, fields, seconds(event));
  }

  /**
   * @param {PointerEvent} event
   * @param {number} button
   * @returns {Fields | null} null where there is no picture yet
   */
  #fields(event, button) {
    // The loss of a pointer happens nowhere.
    const point = event.type === "lostpointercapture" ? this.#position : this.#locate(event);
    return (
      point && {
        ...point,
        button,
        buttons: this.#buttons(),
        modifiers: modifiers(event),
        ntouches: this.#touches.size,
        touches: Object.fromEntries(this.#touches),
        pointer_type: event.pointerType,
      }
    );
  }

  /** Those down, in the protocol's numbers: a finger holds the first. */
  #buttons() {
    const down = this.#down | (this.#touches.size ? 1 : 0);
    return BUTTON_BITS.filter((_button, bit) => down & (1 << bit));
  }

  /**
   * @param {MouseEvent} event
   */
  #locate(event) {
    this.#position = this.#surroundings.locate({ x: event.clientX, y: event.clientY });
    return this.#position;
  }

  /**
   * @param {MouseEvent} event
   */
  #prevent(event) {
    event.preventDefault();
  }
}

/**
 * @param {Event} event
 * @returns {number} when it happened, on the page's monotonic clock
 */
export function seconds(event) {
  return event.timeStamp / 1000;
}
