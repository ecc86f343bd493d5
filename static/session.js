/**
 * Keeps a canvas connected: one connection after the other, and the state that the page shows.
 *
 * @module
 */

import { Handover } from "./handover.js";
import { lost } from "./problem.js";
import { Silence } from "./silence.js";
import { CLOSED, next, pauseBefore } from "./state.js";
import { Undecoded } from "./undecoded.js";

/** @typedef {import("./connection.js").ConnectionEvents} ConnectionEvents */
/** @typedef {import("./handover.js").HandoverOptions} HandoverOptions */
/** @typedef {import("./messages.js").ServerMessage} ServerMessage */
/** @typedef {import("./problem.js").Problem} Problem */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Happening} Happening */

/**
 * @typedef {object} SessionEvents
 * @property {(state: State) => void} onstate
 * @property {(stream: MediaStream) => void} onstream
 * @property {ConnectionEvents["onimage"]} onimage a frame, while there is no stream
 * @property {() => void} onstop before the stream ends
 * @property {(connection: Handover) => void} oninputopen
 * @property {(message: ServerMessage) => void} onmessage
 */

/** Milliseconds after which a live connection counts as steady. */
const STEADY = 5000;

export class Session {
  #options;
  #events;
  #state = CLOSED;
  /** @type {Handover | null} */
  #connection = null;
  /** @type {Silence | null} */
  #silence = null;
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
   * @param {() => HandoverOptions & {visible: () => boolean}} options asked anew for every
   *   connection
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
    this.#drop();
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

  #try() {
    this.#drop();
    const { visible, ...options } = this.#options();
    const connection = new Handover(options);
    this.#connection = connection;
    connection.start({
      visible,
      onstream: this.#events.onstream,
      onimage: this.#events.onimage,
      onstop: this.#events.onstop,
      onopen: () => {},
      onup: () => this.#up(connection),
      oninputopen: () => this.#events.oninputopen(connection),
      onmessage: this.#events.onmessage,
      onend: (problem) => this.#end(problem),
    });
  }

  /**
   * @param {Handover} connection
   */
  #up(connection) {
    this.#since = performance.now();
    this.#silence = new Silence(connection, () =>
      this.#end(lost("Nothing arrives from the server.")),
    );
    this.#silence.watch();
    this.#undecoded = new Undecoded(connection, () =>
      connection.channels.app({ type: "not_decoded" }),
    );
    this.#undecoded.watch();
    this.#happened({ type: "up" });
  }

  /**
   * @param {Problem} problem
   */
  #end(problem) {
    const steady = performance.now() - this.#since > STEADY;
    this.#trail = this.#connection?.trail ?? null;
    this.#drop();
    if (!problem.retry) {
      this.#listeners?.abort();
      this.#happened({ type: "refused", problem });
      return;
    }
    this.#happened({ type: "lost", problem, steady });
    const pause = Math.max(problem.pause, pauseBefore(this.#state.attempt));
    this.#timer = setTimeout(() => this.#try(), pause * 1000);
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#since = Infinity;
    this.#silence?.stop();
    this.#undecoded?.stop();
    this.#connection?.close();
    this.#connection = null;
  }

  /** Somebody looks, or the network is back: wait no longer for the next try. */
  #hurry() {
    const waiting = !this.#connection && this.#state.name === "reconnecting";
    if (waiting && !document.hidden) this.#try();
  }

  #listen() {
    this.#listeners?.abort();
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    addEventListener("online", () => this.#hurry(), { signal });
    document.addEventListener("visibilitychange", () => this.#hurry(), { signal });
    addEventListener("pagehide", () => this.#drop(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.#return(), { signal });
  }

  /** The page was put aside with its connection closed, and is shown again. */
  #return() {
    this.#end(lost("The page was put aside."));
    this.#hurry();
  }
}
