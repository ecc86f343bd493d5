/**
 * The STUN and TURN servers of one peer connection, their credentials kept fresh. Loaded where there
 * are any.
 *
 * @module
 */

import { noRelay, Problem } from "../problem.js";

/** @typedef {import("./whep.js").Config} Config */

/** Of the time for which credentials are good: then new ones are fetched. */
const RENEWAL = 0.8;
/** Milliseconds after which fetching them is tried again. */
const AGAIN = 10_000;
/** And what they are fetched after at least, and at most: timers take no more than 24 days. */
const SHORTEST = 1000;
const LONGEST = 86_400_000;

export class IceServers {
  #peer;
  #fetch;
  #relay;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** When they expire, on the computer's clock, which goes on while it sleeps. */
  #expires = Infinity;

  /**
   * @param {RTCPeerConnection} peer one that has not begun to gather candidates
   * @param {() => Promise<Config>} fetch
   * @param {boolean} relay whether to connect through a TURN server only
   */
  constructor(peer, fetch, relay) {
    this.#peer = peer;
    this.#fetch = fetch;
    this.#relay = relay;
  }

  /**
   * What comes after the first serves a later ICE restart: what is connected stays so.
   *
   * @param {Config} config
   * @throws {Problem}
   */
  use({ iceServers, iceServersExpire }) {
    if (this.#relay && !iceServers.some(isTurn)) throw noRelay();
    const iceTransportPolicy = this.#relay ? "relay" : "all";
    try {
      this.#peer.setConfiguration({ ...this.#peer.getConfiguration(), iceServers, iceTransportPolicy });
    } catch (error) {
      throw unusable(error);
    }
    this.#expires = iceServersExpire;
    if (iceServersExpire < Infinity) {
      this.#renewAfter((iceServersExpire - Date.now()) * RENEWAL);
    }
  }

  /** Before an ICE restart: fetch new ones where these have expired. */
  async freshen() {
    if (Date.now() >= this.#expires) await this.#renew();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /**
   * @param {number} milliseconds
   */
  #renewAfter(milliseconds) {
    clearTimeout(this.#timer);
    const pause = Math.min(Math.max(milliseconds, SHORTEST), LONGEST);
    this.#timer = setTimeout(() => this.#renew(), pause);
  }

  async #renew() {
    const timer = this.#timer;
    const config = await this.#fetch().catch(() => null);
    // Stopped meanwhile.
    if (timer !== this.#timer) return;
    try {
      if (config) return this.use(config);
    } catch {
      // The server names others now, of no use here: those from before may do.
    }
    this.#renewAfter(AGAIN);
  }
}

/**
 * @param {RTCIceServer} server
 */
function isTurn({ urls }) {
  return [urls].flat().some((url) => url.startsWith("turn"));
}

/**
 * @param {unknown} error what the browser said of the servers
 */
function unusable(error) {
  const reason = error instanceof Error ? error.message : String(error);
  return new Problem("refused", `The browser refused the server's ICE servers: ${reason}`, {
    advice: "Correct ice_servers where the canvas is served.",
  });
}
