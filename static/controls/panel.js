/**
 * The panel that shows the statistics.
 *
 * @module
 */

import { icon, make } from "./dom.js";
import { rowsHere, rowsServer } from "./readout.js";

/** @typedef {import("../session/stats.js").Measured} Measured */
/** @typedef {import("./readout.js").Row} Row */

export class Panel {
  element = make("section", { class: "panel", "aria-label": "Statistics" });
  #here = make("table");
  #server = make("table");

  /**
   * @param {() => void} onclose the button was pressed
   */
  constructor(onclose) {
    const close = make("button", { type: "button", "aria-label": "Close" }, icon("close"));
    close.addEventListener("click", onclose);
    this.element.append(
      make("header", {}, make("h2", {}, "Statistics"), close),
      make("h3", {}, "This browser"),
      this.#here,
      make("h3", {}, "The server"),
      this.#server,
    );
    this.element.hidden = true;
  }

  /** @param {boolean} open */
  set open(open) {
    this.element.hidden = !open;
    if (open) this.show({ here: null, server: null });
  }

  get open() {
    return !this.element.hidden;
  }

  /**
   * @param {Measured} measured
   */
  show({ here, server }) {
    fill(this.#here, rowsHere(here));
    fill(this.#server, rowsServer(server));
  }
}

/**
 * @param {HTMLTableElement} table
 * @param {Row[]} rows
 */
function fill(table, rows) {
  const row = (/** @type {Row} */ [label, value]) =>
    make("tr", {}, make("th", { scope: "row" }, label), make("td", {}, value));
  table.replaceChildren(...rows.map(row));
}
