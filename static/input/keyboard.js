/**
 * Keys and text, as input messages.
 *
 * A key that makes text keeps its default action, so that the browser and its input methods compose
 * the text; `beforeinput` then takes it away from the element that was to get it.
 *
 * @module
 */

import { isBrowserShortcut, makesText } from "./shortcuts.js";

/** @typedef {import("../picture/geometry.js").Point} Point */
/** @typedef {import("./input-writer.js").Fields} Fields */
/** @typedef {import("./shortcuts.js").Key} Key */

/** The longest text of one message that the server takes. */
const LONGEST_TEXT = 4096;

export class Keyboard {
  #target;
  #send;
  #position;
  #enabled = false;
  #composing = false;
  /** Whether Escape was the last key: then Tab moves the focus on. */
  #leaving = false;
  /** @type {Map<string, string>} keys down: `key` by `code` */
  #down = new Map();

  /**
   * @param {HTMLTextAreaElement} target
   * @param {() => Point | null} position of the pointer
   * @param {(type: string, fields: Fields, time: number) => void} send
   */
  constructor(target, position, send) {
    this.#target = target;
    this.#position = position;
    this.#send = send;
    this.#listen("keydown", (event) => this.#onpress(event));
    this.#listen("keyup", (event) => this.#onrelease(event));
    this.#listen("beforeinput", (event) => this.#ontext(event));
    this.#listen("compositionstart", () => (this.#composing = true));
    this.#listen("compositionend", (event) => this.#oncomposed(event));
    this.#listen("focus", (event) => this.#send("focus_in", {}, event.timeStamp / 1000));
    this.#listen("blur", (event) => this.#onblur(event));
  }

  /** While it is off nothing is sent and every key is the page's. @param {boolean} enabled */
  set enabled(enabled) {
    if (enabled === this.#enabled) return;
    this.#enabled = enabled;
    this.#target.readOnly = !enabled;
    this.#forget();
    if (enabled && this.#target.matches(":focus")) {
      this.#send("focus_in", {}, performance.now() / 1000);
    }
  }

  /**
   * @template {keyof HTMLElementEventMap} Type
   * @param {Type} type
   * @param {(event: HTMLElementEventMap[Type]) => void} act
   */
  #listen(type, act) {
    this.#target.addEventListener(type, (event) => this.#enabled && act(event));
  }

  /**
   * @param {KeyboardEvent} event
   */
  #onpress(event) {
    const key = keyOf(event);
    if (isBrowserShortcut(key) || this.#leaves(event)) return;
    if (!makesText(key) && !this.#composing) event.preventDefault();
    this.#down.set(event.code, event.key);
    const fields = { ...this.#fields(event), repeat: event.repeat };
    this.#send("key_down", fields, event.timeStamp / 1000);
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether this is the Tab that leaves the canvas
   */
  #leaves(event) {
    if (event.key === "Tab" && this.#leaving) return true;
    // Shift may go down between the two, to leave backwards.
    if (event.key !== "Shift") this.#leaving = event.key === "Escape";
    return false;
  }

  /**
   * @param {KeyboardEvent} event
   */
  #onrelease(event) {
    // While Command is down, a Mac tells of no key that goes up.
    if (event.key === "Meta") this.#releaseAll(event);
    // A key whose press was the browser's, or went elsewhere, is not down for the program.
    if (!this.#down.delete(event.code)) return;
    this.#send("key_up", this.#fields(event), event.timeStamp / 1000);
  }

  /**
   * @param {KeyboardEvent} event
   */
  #releaseAll(event) {
    for (const [code, key] of this.#down) {
      if (code === event.code) continue;
      this.#down.delete(code);
      this.#send("key_up", { ...this.#fields(event), key, code }, event.timeStamp / 1000);
    }
  }

  /**
   * @param {InputEvent} event
   */
  #ontext(event) {
    // What is being composed cannot be prevented; the text stays here until it is done.
    if (!event.isComposing) event.preventDefault();
    this.#sendText(event.data, event.inputType, event.isComposing, event);
  }

  /**
   * @param {CompositionEvent} event
   */
  #oncomposed(event) {
    this.#composing = false;
    this.#target.value = "";
    this.#sendText(event.data, "insertFromComposition", false, event);
  }

  /**
   * @param {string | null} data
   * @param {string} type
   * @param {boolean} composing
   * @param {Event} event
   */
  #sendText(data, type, composing, event) {
    if (!data || data.length > LONGEST_TEXT) return;
    const fields = { data, input_type: type, is_composing: composing };
    this.#send("char", fields, event.timeStamp / 1000);
  }

  /**
   * @param {FocusEvent} event
   */
  #onblur(event) {
    this.#forget();
    this.#send("focus_out", {}, event.timeStamp / 1000);
  }

  /** The server releases by itself what is still down. */
  #forget() {
    this.#down.clear();
    this.#composing = this.#leaving = false;
    this.#target.value = "";
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {Fields}
   */
  #fields(event) {
    const { key, code } = event;
    return { key, code, modifiers: modifiers(event), ...this.#position() };
  }
}

/**
 * @param {MouseEvent | KeyboardEvent} event
 * @returns {string[]} in the protocol's names
 */
export function modifiers(event) {
  const { altKey: Alt, ctrlKey: Control, metaKey: Meta, shiftKey: Shift } = event;
  return Object.entries({ Alt, Control, Meta, Shift }).flatMap(([name, down]) =>
    down ? [name] : [],
  );
}

/**
 * @param {KeyboardEvent} event
 * @returns {Key}
 */
export function keyOf(event) {
  const { key, code, altKey, ctrlKey, metaKey, shiftKey } = event;
  return {
    key,
    code,
    altKey,
    ctrlKey,
    metaKey,
    shiftKey,
    altGraph: event.getModifierState("AltGraph"),
  };
}
