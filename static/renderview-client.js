/**
 * Shows the canvas in the element `#canvas` of a page that was written for rendercanvas.http, and
 * says in `#status` how it stands. The classes of `#canvas` count as they do there.
 *
 * @module
 */

import { RtcCanvasElement } from "./rtc-canvas-element.js";

const canvas = new RtcCanvasElement();
canvas.src = "./";
canvas.controls = true;
const wrapper = document.getElementById("canvas") ?? document.body;
const status = document.getElementById("status");

canvas.style.cssText = "width: 100%; height: 100%";
canvas.addEventListener("css_size", (event) => {
  // There the wrapper has that size, and what it wraps fills it.
  const { width, height } = /** @type {CustomEvent} */ (event).detail;
  if (width) wrapper.style.width = width;
  if (height) wrapper.style.height = height;
  canvas.style.width = canvas.style.height = "100%";
});
canvas.addEventListener("title", (event) => {
  document.title = /** @type {CustomEvent} */ (event).detail.title || document.title;
});
canvas.addEventListener("minimise", () => {
  wrapper.classList.toggle("is-minimized", canvas.minimised);
});
for (const type of ["state", "control"]) canvas.addEventListener(type, tell);
new MutationObserver(obey).observe(wrapper, { attributeFilter: ["class"] });
obey();
wrapper.replaceChildren(canvas);

function obey() {
  canvas.titlebar = wrapper.classList.contains("has-titlebar");
  canvas.minimised = wrapper.classList.contains("is-minimized");
}

function tell() {
  if (!status) return;
  const { state, steering } = canvas.canvas;
  const role = steering ? "active" : "passive";
  status.textContent = state === "live" ? `Connected (${role})` : `Not connected: ${state}`;
}
