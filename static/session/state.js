/**
 * The states of a canvas in the page, what leads from one to another, and how long it waits between
 * two tries. Pure.
 *
 * ```
 * connect   closed, failed                  → connecting
 * up        connecting, reconnecting        → live
 * lost      connecting, reconnecting, live  → reconnecting
 * refused   connecting, reconnecting, live  → failed
 * close     any                             → closed
 * ```
 *
 * @module
 */

/** @typedef {import("../problem.js").Problem} Problem */
/** @typedef {"connecting" | "live" | "reconnecting" | "failed" | "closed"} StateName */

/**
 * @typedef {object} State
 * @property {StateName} name
 * @property {number} attempt the tries since it was last steady
 * @property {Problem | null} problem why it is not live
 */

/**
 * @typedef {{type: "connect"} | {type: "up"} | {type: "close"}
 *   | {type: "lost", problem: Problem, steady: boolean}
 *   | {type: "refused", problem: Problem}} Happening
 */

/** @type {State} */
export const CLOSED = Object.freeze({ name: "closed", attempt: 0, problem: null });

/**
 * The state after something happened; the same object where it changes nothing.
 *
 * @param {State} state
 * @param {Happening} happening
 * @returns {State}
 */
export function next(state, happening) {
  const trying = state.name === "connecting" || state.name === "reconnecting";
  const running = trying || state.name === "live";
  switch (happening.type) {
    case "connect":
      return running ? state : { name: "connecting", attempt: 0, problem: null };
    case "up":
      return trying ? { name: "live", attempt: state.attempt, problem: null } : state;
    case "lost": {
      if (!running) return state;
      // A connection that broke at once counts on: its retries must not lose their growing pauses.
      const attempt = happening.steady ? 1 : state.attempt + 1;
      return { name: "reconnecting", attempt, problem: happening.problem };
    }
    case "refused":
      return running ? { name: "failed", attempt: 0, problem: happening.problem } : state;
    case "close":
      return state.name === "closed" ? state : CLOSED;
  }
}

const FIRST = 0.25;
const LONGEST = 5;

/**
 * How long to wait before trying again. Doubles from 0.25 s to 5 s. A quarter of it is chance: the
 * pages of a server that restarted do not come back all at once.
 *
 * @param {number} attempt 1 for the first retry
 * @param {number} [chance] from 0 to 1
 * @returns {number} seconds
 */
export function pauseBefore(attempt, chance = Math.random()) {
  const pause = Math.min(LONGEST, FIRST * 2 ** (attempt - 1));
  return pause * (0.75 + 0.25 * chance);
}
