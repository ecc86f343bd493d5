/**
 * The button for full screen.
 *
 * @module
 */

import { button, relabel } from "./dom.js";

/**
 * @param {HTMLElement} host the element that fills the screen
 * @returns {HTMLButtonElement} hidden where the browser or the embedding page does not allow it
 */
export function fullScreenButton(host) {
  const made = button("fullscreen", "Full screen", () => toggle(host));
  made.classList.add("full-screen");
  made.hidden = !document.fullscreenEnabled;
  const follow = () => {
    if (!isFull(host)) return relabel(made, "fullscreen", "Full screen");
    relabel(made, "window", "Leave full screen");
    // Taken out of the document, the host itself is not told that it fills the screen no more.
    host.ownerDocument.addEventListener("fullscreenchange", follow, { once: true });
  };
  host.addEventListener("fullscreenchange", follow);
  // Browsers that have no full screen do not know how to ask.
  if (!made.hidden) follow();
  return made;
}

/** @param {HTMLElement} host */
export function leaveFullScreen(host) {
  // It may be left already by then: nothing changes.
  if (isFull(host)) document.exitFullscreen().catch(() => {});
}

/** @param {HTMLElement} host */
function toggle(host) {
  if (isFull(host)) leaveFullScreen(host);
  // Not allowed after all: nothing changes.
  else host.requestFullscreen().catch(() => {});
  host.focus();
}

/** @param {HTMLElement} host */
function isFull(host) {
  return host.matches(":fullscreen");
}
