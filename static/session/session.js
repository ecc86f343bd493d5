/**
 * Keeps a canvas connected: one connection after the other, and the state that the page shows.
 *
 * @module
 */

import { lost, Problem } from "../problem.js";
import { Handover } from "./handover.js";
import { CLOSED, next, pauseBefore } from "./state.js";

/** @typedef {import("../transport/connection.js").ConnectionEvents} ConnectionEvents */
/** @typedef {import("../transport/connection.js").Greeting} Greeting */
/** @typedef {import("./handover.js").HandoverOptions} HandoverOptions */
/** @typedef {import("../transport/messages.js").ServerMessage} ServerMessage */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Happening} Happening */
/** @typedef {import("./undecoded.js").Undecoded} Undecoded */

/**
 * @typedef {object} SessionEvents
 * @property {(state: State) => void} onstate
 * @property {(stream: MediaStream) => void} onstream
 * @property {ConnectionEvents["onimage"]} onimage a frame, while there is no stream
 * @property {() => void} onstop before the stream ends
 * @property {(on: boolean) => void} oninterruption whether nothing gets through for the moment
 * @property {(connection: Handover) => void} oninputopen
 * @property {(message: ServerMessage) => void} onmessage
 */

/** Milliseconds after which a live connection counts as steady. */
const STEADY = 5000;
/** Seconds between two tries while the server may keep the peer's place. */
const LONGEST_WHILE_EXPECTED = 1;
/** What the server answers to one who is to be a peer that it does not know, or not as this page's. */
const OF_NO_PEER = ["not-found", "forbidden", "refused"];

export class Session {
  #options;
  #events;
  #state = CLOSED;
  /** @type {Handover | null} */
  #connection = null;
  /** @type {Handover | null} what broke: it ends once there is another as the same peer */
  #broken = null;
  /** @type {Undecoded | null} */
  #undecoded = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} until the next try */
  #timer;
  /** @type {import("./evidence.js").Trail | null} of the connection that ended last */
  #trail = null;
  /** When the connection came up, Infinity while it is not. */
  #since = Infinity;
  /** @type {AbortController | null} takes back the listeners on the page */
  #listeners = null;

  /**
   * @param {() => HandoverOptions & {greeting: () => Greeting}} options asked anew for every
   *   connection; throws a Problem where none can be made of the settings
   * @param {SessionEvents} events
   */
  constructor(options, events) {
    this.#options = options;
    this.#events = events;
  }

  get state() {
    return this.#state;
  }

  /** The connection, in whatever state; null between two. */
  get connection() {
    return this.#connection;
  }

  /** What is left of the ways that were tried and failed; null where none did. */
  get trail() {
    return this.#connection?.trail ?? this.#trail;
  }

  connect() {
    if (!this.#happened({ type: "connect" })) return;
    this.#listen();
    this.#try();
  }

  close() {
    this.#listeners?.abort();
    this.#leave();
    this.#happened({ type: "close" });
  }

  /**
   * The only writer of the state.
   *
   * @param {Happening} happening
   * @returns {boolean} whether it changed
   */
  #happened(happening) {
    const state = next(this.#state, happening);
    if (state === this.#state) return false;
    this.#state = state;
    this.#events.onstate(state);
    return true;
  }

  /** @returns {void} */
  #try() {
    clearTimeout(this.#timer);
    const wanted = this.#settled();
    if (wanted instanceof Problem) return this.#end(wanted);
    const { greeting, ...options } = wanted;
    const session = this.#broken?.session ?? null;
    const connection = new Handover({ ...options, session });
    this.#connection = connection;
    connection.start({
      greeting,
      onstream: this.#events.onstream,
      onimage: this.#events.onimage,
      onstop: this.#events.onstop,
      onopen: () => {},
      onup: () => this.#up(connection),
      oninterruption: this.#events.oninterruption,
      oninputopen: () => this.#events.oninputopen(connection),
      onmessage: this.#events.onmessage,
      onend: (problem) => this.#end(problem),
    });
  }

  /** The options, or why there are none. */
  #settled() {
    try {
      return this.#options();
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  }

  /**
   * @param {Handover} connection
   */
  #up(connection) {
    this.#since = performance.now();
    this.#broken?.abandon();
    this.#broken = null;
    this.#happened({ type: "up" });
    this.#watch(connection);
  }

  /**
   * @param {Handover} connection
   */
  async #watch(connection) {
    const loaded = await import("./undecoded.js").catch(() => null);
    if (this.#connection !== connection) return;
    if (!loaded) return void setTimeout(() => this.#watch(connection), STEADY);
    this.#undecoded?.stop();
    this.#undecoded = new loaded.Undecoded(connection, () =>
      connection.channels.app({ type: "not_decoded" }),
    );
    this.#undecoded.watch();
  }

  /**
   * @param {Problem} problem
   */
  #end(problem) {
    const steady = performance.now() - this.#since > STEADY;
    this.#trail = this.#connection?.trail ?? null;
    if (this.#isOfNoPeer(problem)) return this.#try();
    if (problem.code === "ended" || !problem.retry) this.#leave();
    this.#drop();
    if (!problem.retry) {
      this.#listeners?.abort();
      this.#happened({ type: "refused", problem });
      return;
    }
    this.#happened({ type: "lost", problem, steady });
    const longest = this.#broken ? LONGEST_WHILE_EXPECTED : Infinity;
    const pause = Math.min(Math.max(problem.pause, pauseBefore(this.#state.attempt)), longest);
    this.#timer = setTimeout(() => this.#try(), pause * 1000);
  }

  /**
   * The server knows the peer no more that this was to be: the next try is for a new one.
   *
   * @param {Problem} problem
   */
  #isOfNoPeer({ code }) {
    if (!this.#broken || !OF_NO_PEER.includes(code)) return false;
    this.#drop();
    this.#broken?.abandon();
    this.#broken = null;
    return true;
  }

  /** Let the connection go; one that has a peer is kept until there is another as the same. */
  #drop() {
    clearTimeout(this.#timer);
    this.#since = Infinity;
    this.#undecoded?.stop();
    if (this.#connection?.session && !this.#broken) this.#broken = this.#connection;
    else this.#connection?.abandon();
    this.#connection = null;
  }

  /** The peer leaves. */
  #leave() {
    clearTimeout(this.#timer);
    this.#undecoded?.stop();
    this.#connection?.close();
    this.#broken?.close();
    this.#connection = this.#broken = null;
  }

  /** Somebody looks, or the network is back: wait no longer for the next try. */
  #hurry() {
    const waiting = !this.#connection && this.#state.name === "reconnecting";
    if (waiting && !document.hidden) this.#try();
  }

  #shown() {
    if (!document.hidden) this.#connection?.suspect();
    this.#hurry();
  }

  #listen() {
    this.#listeners?.abort();
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    const online = () => (this.#connection ? this.#connection.changed() : this.#hurry());
    addEventListener("online", online, { signal });
    const { connection } = /** @type {any} */ (navigator);
    connection?.addEventListener("change", () => this.#connection?.suspect(), { signal });
    document.addEventListener("visibilitychange", () => this.#shown(), { signal });
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.#return(), { signal });
  }

  /** The page was put aside with its connection closed, and is shown again. */
  #return() {
    this.#end(lost("The page was put aside."));
    this.#hurry();
  }
}
