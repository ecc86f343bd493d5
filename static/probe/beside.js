/**
 * Where to put what belongs to a pointer. Pure.
 *
 * @module
 */

/** @typedef {import("../picture/geometry.js").Point} Point */
/** @typedef {import("../picture/geometry.js").Size} Size */

/** Pixels between the pointer and what is beside it, and between that and the edges. */
const GAP = 14;
const MARGIN = 8;
/** A fingertip is this much wider than a pointer. */
const FINGER = 22;

/**
 * The upper left corner of a thing beside a pointer: to its lower right, on the other side where
 * there is no room. Above a finger, where the hand does not cover it.
 *
 * @param {Point} pointer
 * @param {Size} size the thing's
 * @param {Size} room within which it stays, from (0, 0)
 * @param {boolean} finger
 * @returns {Point}
 */
export function placeBeside(pointer, size, room, finger) {
  if (!finger) {
    return {
      x: beside(pointer.x, size[0], room[0]),
      y: beside(pointer.y, size[1], room[1]),
    };
  }
  const gap = GAP + FINGER;
  const above = pointer.y - gap - size[1];
  return {
    x: within(pointer.x - size[0] / 2, size[0], room[0]),
    y: above >= MARGIN ? above : within(pointer.y + gap, size[1], room[1]),
  };
}

/**
 * @param {number} at
 * @param {number} length
 * @param {number} room
 */
function beside(at, length, room) {
  const after = at + GAP;
  const fits = after + length <= room - MARGIN;
  return within(fits ? after : at - GAP - length, length, room);
}

/**
 * @param {number} start
 * @param {number} length
 * @param {number} room
 */
function within(start, length, room) {
  return Math.max(MARGIN, Math.min(start, room - MARGIN - length));
}
