/**
 * Two fingers that move apart or together, as turns of a wheel: programs zoom by that. Pure.
 *
 * @module
 */

/** @typedef {import("../picture/geometry.js").Point} Point */

/** Pixels of a wheel for twice the distance: about six notches of a mouse's, which zoom as much in most programs. */
const FOR_TWICE = 600;
/** Pixels below which the turn is kept for the next move. */
const LEAST = 4;
/** Fingers nearer to each other than so many pixels have no distance worth measuring. */
const NEAREST = 16;

export class Pinch {
  /** The distance that was told last; 0 while no two fingers are down. */
  #told = 0;

  /**
   * The fingers are there now.
   *
   * @param {readonly Point[]} fingers
   * @returns {(Point & {dy: number}) | null} where the wheel turned, and by how many pixels; less than 0 as the fingers
   *   part; null where it did not
   */
  update(fingers) {
    const [one, two] = fingers;
    if (fingers.length !== 2 || !one || !two) {
      this.#told = 0;
      return null;
    }
    const distance = Math.max(NEAREST, Math.hypot(two.x - one.x, two.y - one.y));
    const before = this.#told || distance;
    this.#told ||= distance;
    const dy = -FOR_TWICE * Math.log2(distance / before);
    if (Math.abs(dy) < LEAST) return null;
    this.#told = distance;
    return { x: (one.x + two.x) / 2, y: (one.y + two.y) / 2, dy };
  }
}
