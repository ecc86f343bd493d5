/**
 * Where the pointer is, for those who ask what is under it: also while input is off.
 *
 * @module
 */

/** @typedef {{clientX: number, clientY: number, pointerType: string}} Place as in a PointerEvent */

export class Hover {
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
