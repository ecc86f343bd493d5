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
  sessionStorage.removeItem(RELOADED);
  // Keys and wheel work without a click, unless the focus is somewhere on purpose.
  if (document.activeElement === document.body) canvas.focus();
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
  if (sessionStorage.getItem(RELOADED)) return;
  sessionStorage.setItem(RELOADED, "yes");
  location.reload();
}

/**
 * @param {CanvasEntry[]} canvases
 */
async function choose(canvases) {
  const { listOf } = await import("./choice.js");
  document.title = "Canvases";
  canvas.replaceWith(listOf(canvases));
}
