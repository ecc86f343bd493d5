/**
 * Which keys are the browser's, which are the program's, and which make text. Pure.
 *
 * @module
 */

/**
 * The part of a KeyboardEvent that decides.
 * @typedef {object} Key
 * @property {string} key
 * @property {string} code
 * @property {boolean} altKey
 * @property {boolean} ctrlKey
 * @property {boolean} metaKey
 * @property {boolean} shiftKey
 * @property {boolean} [altGraph] whether AltGr is down, which Windows reports as Control and Alt
 */

/** Function keys: reload, move to the address bar, full screen, developer tools. */
const FUNCTION_KEYS = new Set(["F5", "F6", "F11", "F12"]);

/** With Control (Command on a Mac): tabs and windows, address bar, reload, paste, zoom. */
const COMMAND_KEYS = new Set([
  ..."tnwrlqv",
  ..."+-=_0123456789",
  "tab",
  "pageup",
  "pagedown",
  "f4",
  "f5",
]);

/** With Control and Shift (Command and Option on a Mac): developer tools, closed tabs, paste. */
const TOOL_KEYS = new Set([..."ijckmtnwrqv", "tab", "delete", "+", "_"]);

/** With Alt: back, forward, home page, closing the window. */
const ALT_KEYS = new Set(["arrowleft", "arrowright", "home", "f4"]);

/** With Command alone, on a Mac: history, hiding, minimising, other windows, settings. */
const MAC_KEYS = new Set([..."[]hm`,"]);

/**
 * Whether the browser (or the desktop) acts on a key, so that it is left alone.
 *
 * @param {Key} event
 * @returns {boolean}
 */
export function isBrowserShortcut(event) {
  if (event.altGraph) return false;
  const { altKey: alt, ctrlKey: control, metaKey: meta, shiftKey: shift } = event;
  const key = event.key.toLowerCase();
  if (!control && !meta && !alt) return FUNCTION_KEYS.has(event.key);
  if (alt && !control && !meta) return ALT_KEYS.has(key);
  if (meta && alt) return TOOL_KEYS.has(event.code.replace(/^Key/, "").toLowerCase());
  if (alt) return false;
  if (meta && MAC_KEYS.has(key)) return true;
  return (shift ? TOOL_KEYS : COMMAND_KEYS).has(key);
}

/**
 * Whether a key makes text, itself or in an input method: its default action must happen then,
 * for it is what leads to `beforeinput`.
 *
 * @param {Key} event
 * @returns {boolean}
 */
export function makesText(event) {
  if (event.key === "Dead" || event.key === "Process" || event.key === "Unidentified") return true;
  if ([...event.key].length !== 1) return false;
  if (event.altGraph) return true;
  // Option makes characters on a Mac, such as @ on some; Alt with a letter makes none anywhere.
  const plainAlt = event.altKey && /[a-z0-9]/i.test(event.key);
  return !event.ctrlKey && !event.metaKey && !plainAlt;
}

/**
 * Whether this is the key that opens and closes the statistics: Control, Alt and S.
 *
 * @param {Key} event
 */
export function isStatisticsKey(event) {
  return isOwnKey(event, "KeyS");
}

/**
 * Whether this is the key that opens and closes the value under the pointer: Control, Alt and P.
 *
 * @param {Key} event
 */
export function isProbeKey(event) {
  return isOwnKey(event, "KeyP");
}

/**
 * Whether this is a key with Control and Alt, which is one of the page's own. AltGr and the same
 * key is a letter on some keyboards.
 *
 * @param {Key} event
 * @param {string} code the key by its place on the keyboard
 * @returns {boolean}
 */
function isOwnKey(event, code) {
  return event.ctrlKey && event.altKey && !event.altGraph && event.code === code;
}
