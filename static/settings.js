/**
 * What the settings of a canvas take, and what stands for a value that they do not, or is not given.
 *
 * @module
 */

import { Problem } from "./problem.js";

/** The values that each takes; the first one where none is given, null for leaving it open. */
const TAKEN = {
  fit: ["contain", "fill", "none"],
  codec: [null, "h264", "vp8"],
  transport: [null, "webrtc", "websocket"],
  exact: [null, "on", "off"],
};
/** Characters of a value that are shown to the person at the page. */
const SHOWN = 60;
/** What RFC 6750 lets a Bearer token have. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** @typedef {keyof typeof TAKEN} SettingName */

/**
 * @param {SettingName} name
 * @param {unknown} given null, undefined and "" are none
 * @returns {{value: string | null, problem: Problem | null}} what counts; a problem where that is
 *   not what was given
 */
export function read(name, given) {
  const [none = null, ...others] = TAKEN[name];
  const value = String(given ?? "").toLowerCase();
  if (!value) return { value: none, problem: null };
  const taken = none === null ? others : [none, ...others];
  if (taken.includes(value)) return { value, problem: null };
  const counts = none === null ? "it is left open" : `it counts as ${none}`;
  const reason = `${name} takes ${listed(taken)}, got ${shown(given)}: ${counts}.`;
  return { value: none, problem: new Problem("setting", reason) };
}

/**
 * The URL that `src` names.
 *
 * @param {string} src
 * @param {string} page what it is relative to
 * @returns {URL}
 * @throws {Problem} for what is no URL of a server, without showing a token in it
 */
export function readSrc(src, page) {
  try {
    const url = new URL(src, page);
    if (/^https?:$/.test(url.protocol)) return url;
  } catch {
    // It is no URL at all.
  }
  const told = shown(String(src).replace(/([?&]token=)[^&#]*/g, "$1…"));
  throw new Problem("setting", `src takes the http or https address of a canvas, got ${told}.`);
}

/**
 * The base of all requests: `src`, which may name the page of a canvas without its last slash, or
 * else the server from which these modules came.
 *
 * @param {string | null | undefined} src
 * @param {string} page what `src` is relative to
 * @returns {string}
 * @throws {Problem} where `src` names no server
 */
export function baseOf(src, page) {
  const url = src ? readSrc(src, page) : serverOf(import.meta.url);
  url.search = url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}

/**
 * @param {string} module URL of this module, in the folder of all of them or in one of its version
 * @returns {URL} of the server that it came from
 */
export function serverOf(module) {
  return new URL(/\/v-[0-9a-f]{16}\/[^/]*$/.test(module) ? "../../" : "../", module);
}

/**
 * @param {string | null} token
 * @returns {string | null} null for none
 * @throws {Problem} for one that cannot be sent, without showing it
 */
export function readToken(token) {
  if (!token || TOKEN.test(token)) return token || null;
  throw new Problem(
    "setting",
    "token takes letters, digits and -._~ only, and has other characters.",
    { advice: "Take what follows token= in the link that the program printed." },
  );
}

/**
 * The token in `src`, where that is the link that the program printed.
 *
 * @param {string | null | undefined} src
 * @param {string} page what `src` is relative to
 * @returns {string | null}
 * @throws {Problem} where `src` names no server
 */
export function tokenIn(src, page) {
  return src ? readSrc(src, page).searchParams.get("token") : null;
}

/**
 * @param {readonly (string | null)[]} values
 */
function listed(values) {
  return `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}

/**
 * @param {unknown} value
 */
function shown(value) {
  const text = String(value);
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
