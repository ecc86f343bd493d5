/**
 * Brings a WebRTC connection back whose way is broken: by ICE restarts, as the network may have
 * changed. They keep all that goes on above it.
 *
 * @module
 */

import { Problem } from "../problem.js";

/** Milliseconds after a restart in which something has to arrive. */
const PATIENCE = 2000;
/** Milliseconds until the next restart, where the server was not reached. */
const AGAIN = 300;
/** Milliseconds after which it is given up: the server has let go of it by then. */
const LIMIT = 5000;
const LOOK_EVERY = 50;

/**
 * @typedef {object} Patient
 * @property {() => Promise<void>} restart
 * @property {() => boolean} isHeard whether something has arrived since it began
 * @property {() => boolean} isEnded whether nobody waits for it any more
 */

/**
 * @typedef {object} Clock
 * @property {() => number} now milliseconds
 * @property {(milliseconds: number) => Promise<void>} wait
 */

/** @type {Clock} */
const browserClock = {
  now: () => performance.now(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/**
 * @param {Patient} patient
 * @param {Clock} [clock]
 * @returns {Promise<boolean>} whether it is heard again; otherwise another connection is needed
 */
export async function recover({ restart, isHeard, isEnded }, { now, wait } = browserClock) {
  const began = now();
  for (;;) {
    const problem = await restart().then(
      () => null,
      (error) => error,
    );
    const until = now() + (problem ? AGAIN : PATIENCE);
    while (!isEnded() && now() < until) {
      if (isHeard()) return true;
      await wait(LOOK_EVERY);
    }
    if (isHeard()) return true;
    const unreachable = problem instanceof Problem && problem.code === "unreachable";
    if (isEnded() || !unreachable || now() - began > LIMIT) return false;
  }
}
