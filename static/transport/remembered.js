/**
 * What is kept of earlier visits to a server: whether only a WebSocket got through.
 *
 * @module
 */

const KEY = "rtc-canvas-websocket";

/**
 * @param {string} base of the server
 * @returns {boolean}
 */
export function remembersWebSocket(base) {
  try {
    return localStorage.getItem(`${KEY} ${base}`) !== null;
  } catch {
    // Pages without an origin of their own, and browsers that keep nothing, have no storage.
    return false;
  }
}

/**
 * @param {string} base of the server
 * @param {boolean} only whether only a WebSocket got through
 */
export function rememberWebSocket(base, only) {
  try {
    if (only) localStorage.setItem(`${KEY} ${base}`, "yes");
    else localStorage.removeItem(`${KEY} ${base}`);
  } catch {
    // The next visit will find it out again.
  }
}
