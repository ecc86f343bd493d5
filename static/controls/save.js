/**
 * Saves what a canvas shows as a file.
 *
 * @module
 */

/** @typedef {import("../rtc-canvas.js").RtcCanvas} RtcCanvas */

/** Longer names are cut: file systems take 255 bytes. */
const LONGEST = 50;
/** Milliseconds after which a download has begun. */
const BEGUN = 10_000;

/**
 * @param {RtcCanvas} canvas
 * @throws {import("../problem.js").Problem}
 */
export async function save(canvas) {
  const blob = await canvas.snapshot();
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName(canvas.title, new Date());
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), BEGUN);
}

/**
 * @param {string} title
 * @param {Date} time
 * @returns {string} one that every file system takes
 */
export function fileName(title, time) {
  const name = title
    .replace(/[\p{C}<>:"/\\|?*]+/gu, " ")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+/, "");
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  const hour = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(".");
  return `${[...name].slice(0, LONGEST).join("").trim() || "Canvas"} ${day} ${hour}.png`;
}
