/**
 * Finds out why a page of another origin gets no answer to read. Loaded when it gets none: where
 * not even that comes, the server is down.
 *
 * @module
 */

import { blockedHere, notAllowed } from "../problem.js";

/** @typedef {import("../problem.js").Problem} Problem */

/** Milliseconds for the question. */
const PATIENCE = 2000;

/**
 * Asks once more, without a token and without cookies: no preflight then hides a refusal.
 *
 * @param {string} url that gave no answer
 * @param {(url: string, init: RequestInit) => Promise<Response>} ask
 * @returns {Promise<Problem | null>} null where it is nothing of this
 */
export async function reasonFor(url, ask) {
  const { origin } = new URL(url);
  const policy = watchPolicy(origin);
  const answer = await ask(url, {
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout?.(PATIENCE) ?? null,
  }).catch(() => null);
  if (await policy.blocks()) return blockedHere(origin);
  // Only that refusal can be read by who is refused.
  return answer?.status === 403 ? notAllowed(globalThis.origin) : null;
}

/**
 * @param {string} origin of a server
 */
function watchPolicy(origin) {
  let blocked = false;
  const watching = new AbortController();
  addEventListener(
    "securitypolicyviolation",
    ({ disposition, blockedURI }) => {
      blocked ||= disposition === "enforce" && blockedURI.startsWith(origin);
    },
    { signal: watching.signal },
  );
  return {
    async blocks() {
      // The page is told of it by a task of its own, which may come after the request has failed.
      if (!blocked) await new Promise((resolve) => setTimeout(resolve));
      watching.abort();
      return blocked;
    },
  };
}
