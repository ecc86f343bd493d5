/**
 * How long to wait before trying again. Pure.
 *
 * @module
 */

const FIRST = 0.25;
const LONGEST = 5;

/**
 * Doubles from 0.25 s to 5 s. A quarter of it is chance: the pages of a server that restarted do
 * not come back all at once.
 *
 * @param {number} attempt 1 for the first retry
 * @param {number} [chance] from 0 to 1
 * @returns {number} seconds
 */
export function pauseBefore(attempt, chance = Math.random()) {
  const pause = Math.min(LONGEST, FIRST * 2 ** (attempt - 1));
  return pause * (0.75 + 0.25 * chance);
}
