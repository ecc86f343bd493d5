/**
 * Shows the canvas in the element `#canvas` of a page that was written for rendercanvas.http, and
 * says in `#status` how it stands. The classes of `#canvas` count as they do there.
 *
 * @module
 */

import { RtcCanvasElement } from "./rtc-canvas-element.js";
import { withTitleBar } from "./controls/css-size.js";

const canvas = new RtcCanvasElement();
canvas.src = "./";
canvas.controls = true;
const wrapper = document.getElementById("canvas") ?? document.body;
const status = document.getElementById("status");

/** The wrapper's size by the page, as CSS has it. */
const own = { width: wrapper.style.width, height: wrapper.style.height };
/** @type {{width: string | null, height: string | null}} what the program has said of its element */
let css = { width: null, height: null };
/** @type {{width: number, height: number, times: number} | null} what it has set as its size */
let wanted = null;
/** What of these was obeyed last: its user may have resized the wrapper since. */
const obeyed = { width: "", height: "" };

canvas.style.cssText = "width: 100%; height: 100%";
canvas.addEventListener("css_size", (event) => {
  css = /** @type {CustomEvent} */ (event).detail;
  // There the wrapper has that size, and what it wraps fills it.
  canvas.style.width = canvas.style.height = "100%";
  resize();
});
canvas.addEventListener("wanted_size", (event) => {
  wanted = /** @type {CustomEvent} */ (event).detail;
  resize();
});
canvas.addEventListener("title", (event) => {
  document.title = /** @type {CustomEvent} */ (event).detail.title || document.title;
});
canvas.addEventListener("minimise", () => {
  wrapper.classList.toggle("is-minimized", canvas.minimised);
});
for (const type of ["state", "control"]) canvas.addEventListener(type, tell);
new MutationObserver(obey).observe(wrapper, { attributeFilter: ["class"] });
wrapper.replaceChildren(canvas);
obey();

function obey() {
  canvas.titlebar = wrapper.classList.contains("has-titlebar");
  canvas.minimised = wrapper.classList.contains("is-minimized");
  // What the program says is the canvas's size: the wrapper has the bar as well.
  const bar = getComputedStyle(canvas).getPropertyValue("--title-height");
  wrapper.style.setProperty("--title-height", bar);
}

function resize() {
  for (const side of /** @type {const} */ (["width", "height"])) {
    const said = css[side] ?? (wanted && `${wanted[side]}px`);
    const known = css[side] ?? (wanted ? `${wanted[side]}px, said ${wanted.times} times` : "");
    if (known === obeyed[side]) continue;
    obeyed[side] = known;
    wrapper.style[side] = side === "height" && said ? withTitleBar(said) : (said ?? own[side]);
  }
}

function tell() {
  if (!status) return;
  const { state, steering } = canvas.canvas;
  const role = steering ? "active" : "passive";
  status.textContent = state === "live" ? `Connected (${role})` : `Not connected: ${state}`;
}
