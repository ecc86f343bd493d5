/**
 * Shows the state: a line at the bottom while there is a picture, in its place while there is none.
 *
 * @module
 */

import { make } from "./dom.js";
import { inOneLine } from "./situation.js";

/** @typedef {import("./situation.js").Saying} Saying */

export class Status {
  #cover = make("div", { class: "cover" });
  #line = make("span", { class: "line" });
  #announced = make("p", { class: "announced", role: "status", "aria-live": "polite" });
  #onaction;
  #shown = "";

  /**
   * @param {() => void} onaction the button was pressed
   */
  constructor(onaction) {
    this.#onaction = onaction;
  }

  /** What takes the picture's place. */
  get cover() {
    return this.#cover;
  }

  /** The line for the bar. */
  get line() {
    return this.#line;
  }

  /** What only screen readers see. */
  get announced() {
    return this.#announced;
  }

  /**
   * @param {Saying} saying
   */
  show(saying) {
    const { tone, title, detail, advice, findings, action, covers } = saying;
    // Nothing is said twice, and a button that has the focus is not replaced by its like.
    if (this.#shown === JSON.stringify(saying)) return;
    this.#shown = JSON.stringify(saying);
    this.#announced.textContent = inOneLine(saying);
    this.#line.replaceChildren(...lineOf(saying));
    if (action && !covers) this.#line.append(this.#button(action));
    this.#cover.dataset.tone = tone;
    this.#cover.toggleAttribute("hidden", !covers);
    this.#cover.replaceChildren(
      make("div", { class: "sign", "aria-hidden": "true" }),
      make("h2", {}, title),
      ...[detail, advice].filter(Boolean).map((text) => make("p", {}, ...unbroken(text))),
      ...(findings.length ? [listOf(findings)] : []),
      ...(action && covers ? [this.#button(action)] : []),
    );
  }

  /**
   * @param {string} label
   */
  #button(label) {
    const button = make("button", { class: "action", type: "button" }, label);
    button.addEventListener("click", () => this.#onaction());
    return button;
  }
}

/**
 * @param {Saying["findings"]} findings
 */
function listOf(findings) {
  const item = (/** @type {import("../session/diagnosis.js").Finding} */ { tried, found, advice }) =>
    make(
      "li",
      {},
      make("p", {}, make("b", {}, tried), " ", found),
      make("p", {}, ...unbroken(advice)),
    );
  return make("ul", { class: "findings" }, ...findings.map(item));
}

/**
 * Options of the command, the odd parts, are not broken at their hyphens.
 *
 * @param {string} text
 */
function unbroken(text) {
  return text.split(/(--[a-z-]+)/).map((part, i) => (i % 2 ? make("code", {}, part) : part));
}

/**
 * @param {Saying} saying
 * @returns {HTMLElement[]}
 */
function lineOf({ tone, title, detail }) {
  const text = make("span", {}, make("b", {}, title));
  if (detail) text.append(make("span", { class: "detail" }, detail));
  return [make("span", { class: "dot", "data-tone": tone }), text];
}
