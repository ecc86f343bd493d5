/**
 * The bar at the bottom: the status line, and buttons. It hides while nothing is to be told and
 * shows itself when a pointer comes near.
 *
 * @module
 */

import { button, make, relabel } from "./dom.js";
import { fullScreenButton } from "./full-screen.js";

/** @typedef {import("../picture/geometry.js").Fit} Fit */

/** Milliseconds it stays. */
const STAY = 3000;
/** CSS pixels above the lower edge that count as near. */
const NEAR = 88;

/** @type {Record<Fit, {next: Fit, label: string}>} */
const FITS = {
  contain: { next: "fill", label: "Fit: whole picture" },
  fill: { next: "none", label: "Fit: stretched" },
  none: { next: "contain", label: "Fit: one to one" },
};

/**
 * @typedef {object} BarActions
 * @property {(fit: Fit) => void} onfit
 * @property {() => void} onprobe
 * @property {() => void} onexact
 * @property {() => void} onstatistics
 * @property {() => void} onsave
 */

export class Bar {
  element;
  #buttons = make("span", { class: "buttons" });
  #fit;
  #probe;
  #exact;
  #statistics;
  /** @type {Fit} */
  #fitting = "contain";
  #lasting = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} line the status line
   * @param {BarActions} actions
   * @param {HTMLElement} host the element that this is the bar of
   */
  constructor(line, actions, host) {
    this.#fit = button("contain", FITS.contain.label, () =>
      actions.onfit(FITS[this.#fitting].next),
    );
    this.#probe = button("probe", "Value under the pointer (Ctrl+Alt+P)", actions.onprobe);
    this.#probe.setAttribute("aria-keyshortcuts", "Control+Alt+P");
    this.#exact = button("exact", "Exact pixels while nothing moves", actions.onexact);
    this.#statistics = button("statistics", "Statistics (Ctrl+Alt+S)", actions.onstatistics);
    this.#statistics.setAttribute("aria-keyshortcuts", "Control+Alt+S");
    const save = button("save", "Save the picture", actions.onsave);
    this.#buttons.append(
      ...[this.#fit, this.#exact, this.#probe, this.#statistics, save, fullScreenButton(host)],
    );
    this.element = make("div", { class: "bar" }, line, this.#buttons);
    this.element.addEventListener("pointerenter", () => this.reveal());
    this.element.addEventListener("focusin", () => this.reveal());
  }

  /** @param {boolean} shown whether there are buttons */
  set controls(shown) {
    this.#buttons.hidden = !shown;
  }

  /** @param {Fit} fit */
  set fit(fit) {
    this.#fitting = fit;
    relabel(this.#fit, fit, FITS[fit].label);
  }

  /** @param {{offered: boolean, open: boolean}} probe whether there is a button for it */
  set probe({ offered, open }) {
    this.#probe.hidden = !offered;
    this.#probe.setAttribute("aria-pressed", String(open));
  }

  /** @param {boolean} on */
  set exact(on) {
    this.#exact.setAttribute("aria-pressed", String(on));
  }

  /** @param {boolean} open */
  set statistics(open) {
    this.#statistics.setAttribute("aria-pressed", String(open));
  }

  /** @param {boolean} lasting whether it stays in sight */
  set lasting(lasting) {
    this.#lasting = lasting;
    this.reveal();
  }

  /** Show it for a while. */
  reveal() {
    clearTimeout(this.#timer);
    this.element.classList.add("shown");
    if (!this.#lasting) this.#timer = setTimeout(() => this.#hide(), STAY);
  }

  /**
   * Show it to a pointer that comes near, but not into the way of one that drags something.
   *
   * @param {PointerEvent} event on the element that this is the bar of
   * @param {DOMRect} area the element's
   */
  approach(event, area) {
    const dragging = event.type === "pointermove" && event.buttons !== 0;
    if (!dragging && event.clientY > area.bottom - NEAR) this.reveal();
  }

  #hide() {
    if (this.element.matches(":hover, :focus-within")) this.reveal();
    else this.element.classList.remove("shown");
  }
}
