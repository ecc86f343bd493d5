/**
 * Signaling: the configuration, and the WHEP resource of one peer (draft-ietf-wish-whep).
 *
 * @module
 */

import { choose, lost, mixed, otherProtocol, Problem, refusal, unreachable } from "../problem.js";
import { parseObject, PROTOCOL } from "./messages.js";

/**
 * Carries a request, as `fetch` does.
 * @typedef {(url: string, init: RequestInit) => Promise<Response>} Carrier
 */
/** @typedef {import("../problem.js").CanvasEntry} CanvasEntry */
/**
 * @typedef {object} Config
 * @property {string | null} whep where to POST the offer; null where no canvas is named
 * @property {string | null} snapshot where the newest picture is; null likewise
 * @property {string | null} websocket where a WebSocket goes; null likewise
 * @property {RTCIceServer[]} iceServers
 * @property {number} iceServersExpire when their credentials are good no more, of `Date.now()`;
 *   Infinity for never
 * @property {CanvasEntry[]} canvases
 */

/**
 * @typedef {object} WhepOptions
 * @property {string} base URL of the canvas's page, with a slash at its end
 * @property {string | null} [token] sent as Bearer; without one the cookie decides
 * @property {Carrier} [fetch]
 * @property {number} [timeout] seconds a server has for an answer
 */

/** Seconds a server has for an answer. */
const TIMEOUT = 10;
/** The same where it is tried again soon, as the network may just be coming back. */
export const SOON = 2;
/** And for a picture, which may be large. */
const PICTURE_TIMEOUT = 120;

/**
 * Milliseconds for which the first configuration may have been there: a page has it preloaded while
 * these modules are on their way. In others they may come long after the page.
 */
let unseen = Math.min(performance.now(), 30_000);

export class Whep {
  #base;
  #token;
  #fetch;
  #timeout;
  /** @type {string | null} the session's URL */
  #resource = null;
  /** @type {string | null} */
  #etag = null;

  /**
   * @param {WhepOptions} options
   */
  constructor({
    base,
    token = null,
    fetch = (url, init) => globalThis.fetch(url, init),
    timeout = TIMEOUT,
  }) {
    this.#timeout = timeout;
    this.#base = base;
    this.#token = token;
    this.#fetch = fetch;
  }

  /**
   * @returns {Promise<Config>}
   * @throws {Problem}
   */
  async config() {
    const url = new URL("api/config", this.#base).href;
    const asked = Date.now() - unseen;
    unseen = 0;
    const response = await this.#request(url, { cache: "no-store" });
    return readConfig(parseObject(await response.text()), response.url || url, asked);
  }

  /**
   * @param {string} url
   * @param {string} sdp the offer
   * @param {string | null} [codec]
   * @param {string | null} [session] of the peer that it is for; none for a new one
   * @param {boolean} [use] whether the page begins anew with it, as that peer
   * @returns {Promise<string>} the answer
   * @throws {Problem}
   */
  async offer(url, sdp, codec = null, session = null, use = false) {
    const endpoint = new URL(url);
    if (codec) endpoint.searchParams.set("codec", codec);
    if (session) endpoint.searchParams.set("session", session);
    if (session && use) endpoint.searchParams.set("use", "1");
    const response = await this.#request(endpoint.href, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: sdp,
    });
    const location = response.headers.get("Location");
    this.#resource = location && new URL(location, response.url || endpoint).href;
    this.#etag = response.headers.get("ETag");
    return response.text();
  }

  /** The peer's, by which the server knows it; null before the answer, and at its end. */
  get session() {
    return this.#resource && (new URL(this.#resource).pathname.split("/").pop() ?? null);
  }

  /**
   * The pixels of the newest picture.
   *
   * @returns {Promise<Blob>} a PNG
   * @throws {Problem}
   */
  async snapshot() {
    const { snapshot, canvases } = await this.config();
    if (!snapshot) throw choose(canvases);
    const response = await this.#request(snapshot, { cache: "no-store" }, PICTURE_TIMEOUT);
    return response.blob().catch(() => {
      throw unreachable();
    });
  }

  /**
   * Trickle candidates (RFC 8840). One that is lost is no problem: others may do.
   *
   * @param {string} fragment
   */
  async trickle(fragment) {
    if (!this.#resource) return;
    /** @type {Record<string, string>} */
    const headers = { "Content-Type": "application/trickle-ice-sdpfrag" };
    if (this.#etag) headers["If-Match"] = this.#etag;
    await this.#request(this.#resource, { method: "PATCH", headers, body: fragment }).catch(ignore);
  }

  /**
   * Restart ICE (RFC 9725 clause 4.3.3).
   *
   * @param {string} fragment with this side's new credentials
   * @returns {Promise<string>} a fragment with those of the server
   * @throws {Problem}
   */
  async restart(fragment) {
    if (!this.#resource) throw lost("There is no connection.");
    const headers = { "Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*" };
    const request = { method: "PATCH", headers, body: fragment };
    const response = await this.#request(this.#resource, request, SOON);
    this.#etag = response.headers.get("ETag");
    return response.text();
  }

  /** Tell the server that the peer is gone. It outlives a page that is being closed. */
  end() {
    const resource = this.#resource;
    this.#resource = null;
    if (resource) this.#request(resource, { method: "DELETE", keepalive: true }).catch(ignore);
  }

  /**
   * @param {string} url
   * @param {RequestInit} init
   * @param {number} [timeout] seconds
   * @returns {Promise<Response>} one with a status from 200 to 299
   * @throws {Problem}
   */
  async #request(url, init, timeout = this.#timeout) {
    const response = await this.#fetch(url, {
      ...init,
      headers: { ...init.headers, ...(this.#token && { Authorization: `Bearer ${this.#token}` }) },
      // A token makes cookies of another origin needless, and so the permission to send them.
      credentials: this.#token || isSameOrigin(url) ? "same-origin" : "include",
      signal: timeLimit(timeout),
    }).catch(async (error) => {
      if (isMixed(url)) throw mixed();
      // Nothing more is asked in a network that is silent: it would take its time, too.
      const isSilent = error?.name === "TimeoutError";
      throw (!init.method && !isSilent && (await this.#reasonFor(url))) || unreachable();
    });
    if (response.ok) return response;
    throw refusal(response.status, firstLine(response, await response.text().catch(() => "")));
  }

  /**
   * Why a page of another origin gets no answer to read from a server that may be there.
   *
   * @param {string} url
   * @returns {Promise<Problem | null>} null where nothing is known
   */
  async #reasonFor(url) {
    if (!globalThis.origin || isSameOrigin(url)) return null;
    const found = await import("./no-answer.js").catch(() => null);
    return found && found.reasonFor(url, this.#fetch);
  }
}

/**
 * @param {Record<string, unknown> | null} document
 * @param {string} url where it came from
 * @param {number} asked when it was asked for, of `Date.now()`: what is good for some time is so since then
 * @returns {Config}
 * @throws {Problem}
 */
export function readConfig(document, url, asked) {
  const protocol = document?.protocol;
  if (!document || typeof protocol !== "number") {
    throw new Problem("foreign", "There is no rtc_canvas server at this address.", {
      advice: "Check the address of the canvas.",
    });
  }
  if (protocol !== PROTOCOL) throw otherProtocol(protocol, PROTOCOL);
  const { whep, snapshot, websocket, iceServers, iceServersLifetime, canvases } = document;
  return {
    whep: typeof whep === "string" ? new URL(whep, url).href : null,
    snapshot: typeof snapshot === "string" ? new URL(snapshot, url).href : null,
    websocket: typeof websocket === "string" ? webSocketUrl(new URL(websocket, url)) : null,
    iceServers: Array.isArray(iceServers) ? iceServers : [],
    iceServersExpire:
      typeof iceServersLifetime === "number" ? asked + iceServersLifetime * 1000 : Infinity,
    canvases: (Array.isArray(canvases) ? canvases : []).map((canvas) => ({
      ...canvas,
      url: new URL(canvas.url, url).href,
    })),
  };
}

/**
 * Not all browsers take another scheme for a WebSocket.
 *
 * @param {URL} url
 * @returns {string}
 */
function webSocketUrl(url) {
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/**
 * The candidates of an offer as a fragment for PATCH (RFC 8840 section 9).
 *
 * @param {string} offer SDP
 * @param {readonly string[]} candidates lines such as "candidate:1 1 udp …"
 * @returns {string}
 */
export function sdpFragment(offer, candidates) {
  const line = (/** @type {RegExp} */ pattern) => offer.match(pattern)?.[0] ?? "";
  return [
    line(/^a=ice-ufrag:.*$/m).trim(),
    line(/^a=ice-pwd:.*$/m).trim(),
    // With everything bundled, the first section carries the candidates of all.
    line(/^m=.*$/m).trim(),
    line(/^a=mid:.*$/m).trim(),
    ...candidates.map((candidate) => `a=${candidate}`),
    "",
  ].join("\r\n");
}

/**
 * An answer with the credentials of a fragment in place of its own: what answers an ICE restart.
 *
 * @param {string} answer SDP
 * @param {string} fragment
 * @returns {string}
 */
export function withCredentials(answer, fragment) {
  return ["a=ice-ufrag:", "a=ice-pwd:"].reduce((sdp, name) => {
    const line = fragment.match(new RegExp(`^${name}.*$`, "m"))?.[0].trim();
    if (!line) throw lost("The server's answer to an ICE restart has no credentials.");
    return sdp.replace(new RegExp(`^${name}.*?(\r?)$`, "gm"), (_, end) => line + end);
  }, answer);
}

/**
 * @param {string} url
 */
function isSameOrigin(url) {
  // Not that of `location`, which a frame in a sandbox has not.
  return new URL(url).origin === globalThis.origin;
}

/**
 * Whether a browser blocks a request as mixed content.
 *
 * @param {string} url
 */
function isMixed(url) {
  return globalThis.location?.protocol === "https:" && new URL(url).protocol === "http:";
}

/**
 * @param {number} seconds
 * @returns {AbortSignal | null} null in browsers that cannot tell one
 */
function timeLimit(seconds) {
  return AbortSignal.timeout?.(seconds * 1000) ?? null;
}

/**
 * @param {Response} response
 * @param {string} body
 * @returns {string} the server's one line, empty where the body is something else (a proxy's page)
 */
function firstLine(response, body) {
  const plain = response.headers.get("Content-Type")?.startsWith("text/plain");
  const line = plain ? (body.split("\n")[0] ?? "").trim() : "";
  return line.length <= 200 ? line : "";
}

function ignore() {}
