/**
 * The bar at the top: what the program calls itself, and the buttons of a window. It is loaded when
 * an element is to have one; the style shows it, by the element's attributes.
 *
 * @module
 */

import { button, icon, make } from "./dom.js";
import { fullScreenButton } from "./full-screen.js";

/** @typedef {import("../rtc-canvas-element.js").RtcCanvasElement} RtcCanvasElement */

export class TitleBar {
  element;
  #host;
  #title = make("span", { class: "title" });
  #minimise;

  /**
   * @param {RtcCanvasElement} host the element that this is the bar of
   */
  constructor(host) {
    this.#host = host;
    this.#minimise = button("minimise", "Minimise", () => (host.minimised = !host.minimised));
    this.#minimise.classList.add("minimise");
    const parts = [this.#title, this.#minimise, fullScreenButton(host)];
    this.element = make("div", { class: "title-bar" }, ...parts);
    host.canvas.addEventListener("title", () => this.#entitle());
    host.addEventListener("minimise", () => this.#press());
    this.#entitle();
    this.#press();
  }

  #entitle() {
    const title = this.#host.canvas.title || "Canvas";
    this.#title.textContent = this.#title.title = title;
  }

  #press() {
    const { minimised } = this.#host;
    this.#minimise.setAttribute("aria-pressed", String(minimised));
    this.#minimise.replaceChildren(icon(minimised ? "restore" : "minimise"));
  }
}
