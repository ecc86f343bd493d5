/**
 * The page of index.html: one canvas that fills the window, or a list to choose from.
 *
 * @module
 */

import { RtcCanvasElement } from "./rtc-canvas-element.js";

/** @typedef {import("./problem.js").CanvasEntry} CanvasEntry */

/** Marks in the session's storage that this page reloaded itself for another protocol version. */
const RELOADED = "rtc-canvas-reloaded";

const canvas = new RtcCanvasElement();
canvas.src = "./";
canvas.controls = true;
const query = new URLSearchParams(location.search);
for (const name of ["codec", "transport"]) {
  const value = query.get(name);
  if (value) canvas.setAttribute(name, value);
}
canvas.toggleAttribute("relay", query.has("relay"));

on("title", ({ title }) => {
  document.title = title || "Canvas";
});
on("state", ({ state }) => {
  if (state !== "live") return;
  storage()?.removeItem(RELOADED);
  // Keys and wheel work without a click, unless the focus is somewhere on purpose: a frame takes it
  // from nobody.
  const isFree = window === parent || document.hasFocus();
  if (isFree && document.activeElement === document.body) canvas.focus();
});
on("error", ({ code, canvases }) => {
  if (code === "protocol") reloadOnce();
  if (code === "choose") choose(canvases);
});
document.body.append(canvas);

/**
 * @param {string} type of an event of the canvas
 * @param {(detail: any) => void} act
 */
function on(type, act) {
  canvas.addEventListener(type, (event) => act(/** @type {CustomEvent} */ (event).detail));
}

/** The modules of this page are older than the server: the next ones may be as new. */
function reloadOnce() {
  const kept = storage();
  if (!kept || kept.getItem(RELOADED)) return;
  kept.setItem(RELOADED, "yes");
  location.reload();
}

/** @returns {Storage | null} null in a frame in a sandbox */
function storage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

/**
 * @param {CanvasEntry[]} canvases
 */
async function choose(canvases) {
  const { listOf } = await import("./controls/choice.js");
  document.title = "Canvases";
  canvas.replaceWith(listOf(canvases));
}
