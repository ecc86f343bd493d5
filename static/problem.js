/**
 * What can go wrong, in words for the person at the page. Pure.
 *
 * @module
 */

/**
 * - `unreachable`: no answer
 * - `mixed`: the page came by https and asks the server by http
 * - `origin`: the page's origin is not allowed by the server
 * - `blocked`: the page's own Content-Security-Policy blocks the requests
 * - `unauthorised`, `forbidden`, `not-found`, `no-codec`, `refused`: the server said no
 * - `foreign`: not an rtc_canvas server
 * - `protocol`: page and server differ in version
 * - `choose`: there are several canvases and none was named
 * - `no-relay`: a TURN server is asked for and there is none
 * - `no-media`: HTTP works and UDP does not
 * - `lost`: the connection broke
 * - `ended`: the server ended it
 * - `setting`: a setting has a value that it does not take
 *
 * @typedef {"unreachable" | "mixed" | "origin" | "blocked" | "unauthorised" | "forbidden" | "not-found" | "no-codec" | "refused"
 *   | "foreign" | "protocol" | "choose" | "no-relay" | "no-media" | "lost"
 *   | "ended" | "setting"} ProblemCode
 */

/**
 * A canvas to choose.
 * @typedef {object} CanvasEntry
 * @property {string} name
 * @property {string} title
 * @property {string} url of its page
 * @property {readonly [width: number, height: number]} size pixels
 */

/**
 * @typedef {object} ProblemOptions
 * @property {string} [advice] what to do about it
 * @property {boolean} [retry] whether trying again by itself makes sense
 * @property {number} [pause] seconds to wait at least before that
 */

export class Problem extends Error {
  /**
   * @param {ProblemCode} code
   * @param {string} reason one sentence
   * @param {ProblemOptions} [options]
   */
  constructor(code, reason, { advice = "", retry = false, pause = 0 } = {}) {
    super(reason);
    this.name = "Problem";
    this.code = code;
    this.advice = advice;
    this.retry = retry;
    this.pause = pause;
    /** @type {CanvasEntry[]} what there is to choose from, with the code "choose" */
    this.canvases = [];
  }
}

/** No answer at all: the server is down, restarting, or the network is. */
export function unreachable() {
  return new Problem("unreachable", "The server cannot be reached.", { retry: true });
}

/**
 * The server takes no requests of this page.
 *
 * @param {string} origin the page's
 */
export function notAllowed(origin) {
  const page =
    origin === "null"
      ? "pages without an origin of their own, such as this one in a sandboxed frame"
      : `pages from ${origin}`;
  return new Problem("origin", `The server does not take ${page}.`, {
    advice: `Start the program with --allow-origin ${origin}, or serve it with allow_origins=["${origin}"]`,
  });
}

/**
 * The page's own Content-Security-Policy blocks the requests.
 *
 * @param {string} server its origin
 */
export function blockedHere(server) {
  const sources = [server, server.replace(/^http/, "ws")];
  return new Problem("blocked", `This page's Content-Security-Policy blocks requests to ${server}.`, {
    advice: `Add to its connect-src: ${sources.join(" ")}`,
  });
}

/** Browsers let a page that came by https ask nobody by http, but its own machine. */
export function mixed() {
  return new Problem("mixed", "This page came by https, and the canvas is served by http.", {
    advice: "Serve the canvas by https too: --cert, --self-signed, or behind a proxy.",
  });
}

/**
 * @param {string} reason
 */
export function lost(reason) {
  return new Problem("lost", reason, { retry: true });
}

/**
 * @param {CanvasEntry[]} canvases
 */
export function choose(canvases) {
  const problem = new Problem("choose", "This server has several canvases.", {
    advice: `Name one in the address: ${canvases.map(({ url }) => url).join(", ")}`,
  });
  problem.canvases = canvases;
  return problem;
}

/** Signaling went through, media did not. */
export function noMedia() {
  return new Problem("no-media", "The server answers, but no video arrives from it.", {
    advice: "A firewall between here and the server may be blocking UDP.",
    retry: true,
  });
}

/** A TURN server was asked for. */
export function noRelay() {
  return new Problem("no-relay", "This address asks for a relay, but the server names none.", {
    advice: "Take relay out of the address, or name a TURN server where the canvas is served.",
  });
}

/**
 * @param {number} theirs
 * @param {number} ours
 */
export function otherProtocol(theirs, ours) {
  return new Problem(
    "protocol",
    `This page speaks version ${ours} of the protocol, the server version ${theirs}.`,
    { advice: "Reload the page. If it stays like this, the page comes from another server." },
  );
}

/**
 * @param {string} reason
 * @param {boolean} retry
 */
export function ended(reason, retry) {
  return new Problem("ended", reason || "The server ended the connection.", { retry });
}

/**
 * What an HTTP refusal means here.
 *
 * @param {number} status
 * @param {string} line the server's own one-line reason, may be empty
 * @returns {Problem}
 */
export function refusal(status, line) {
  switch (status) {
    case 401:
      return new Problem("unauthorised", "This browser has no access to the canvas.", {
        advice:
          line ||
          "Open the link that the program printed, or log in on its site, and load this page again.",
      });
    case 403:
      return new Problem("forbidden", line || "The server does not serve this page.", {
        advice: line ? "" : "Open the link that the program printed, or allow this address on the server.",
      });
    case 404:
      // A program that restarts may answer before it has made its canvas.
      return new Problem("not-found", line || "There is no such canvas.", {
        advice: "Check the address, or wait for the program to start.",
        retry: true,
        pause: 3,
      });
    case 406:
      return new Problem("no-codec", line || "Browser and server have no video codec in common.", {
        advice: "Try another browser, or ?codec=vp8 at the end of the address.",
      });
    case 503:
      // Full, starting or stopping: asking again at once would not help.
      return new Problem("unreachable", line || "The server is shutting down.", {
        retry: true,
        pause: 3,
      });
    default:
      return new Problem("refused", line || `The server answered with status ${status}.`, {
        retry: status >= 500,
      });
  }
}
