/**
 * Says of each way to the server that was tried why it failed, and the one thing to do. Pure.
 *
 * @module
 */

/**
 * A check of ICE: what was sent to an address of the server, and whether it answered.
 *
 * @typedef {object} Pair
 * @property {string} protocol "udp" or "tcp"
 * @property {string} address of the server
 * @property {number} port
 * @property {number} sent
 * @property {number} answered
 */

/**
 * @typedef {object} IceError
 * @property {string} url of the ICE server
 * @property {number} code as in RTCPeerConnectionIceErrorEvent: 701 where it does not answer
 * @property {string} text
 */

/**
 * @typedef {object} WebRtcEvidence
 * @property {string | null} answer the server's SDP; null where it never came
 * @property {RTCIceServer[]} iceServers
 * @property {IceError[]} iceErrors
 * @property {Pair[]} pairs
 * @property {boolean} relay whether only a relay was to be used
 * @property {boolean} relays whether there was one
 */

/**
 * @typedef {object} WebSocketEvidence
 * @property {boolean} opened whether it ever was
 * @property {number | null} status with what the server answers there without an upgrade; null where it does not
 */

/**
 * What is known of each way; null where it was not tried.
 *
 * @typedef {object} Evidence
 * @property {string} reached the name or address by which the server was reached
 * @property {number} now seconds since 1970
 * @property {WebRtcEvidence | null} webrtc
 * @property {WebSocketEvidence | null} websocket
 */

/**
 * @typedef {object} Finding
 * @property {string} tried which way
 * @property {string} found why it failed, one sentence
 * @property {string} advice what to do
 */

const NO_ANSWER = 701;
/** What the server answers where a request to upgrade came without the upgrade. */
const NO_UPGRADE = 426;

/**
 * @param {Evidence} evidence
 * @returns {Finding[]}
 */
export function diagnose({ reached, now, webrtc, websocket }) {
  /** @type {Finding[]} */
  const findings = [];
  if (webrtc?.answer && !webrtc.relay) findings.push(...directly(webrtc, webrtc.answer, reached));
  if (webrtc) findings.push(...relays(webrtc, now));
  if (websocket) findings.push(overWebSocket(websocket));
  return findings;
}

/**
 * @param {WebRtcEvidence} webrtc
 * @param {string} answer
 * @param {string} reached
 * @returns {Finding[]}
 */
function directly({ pairs }, answer, reached) {
  const offered = candidatesOf(answer);
  const findings = [];
  for (const protocol of ["udp", "tcp"]) {
    const addresses = offered.filter((candidate) => candidate.protocol === protocol);
    const answered = pairs.some((pair) => pair.protocol === protocol && pair.answered > 0);
    if ((addresses.length || protocol === "udp") && !answered) {
      findings.push(silent(protocol, addresses, reached));
    }
  }
  return findings;
}

/**
 * @typedef {object} Candidate
 * @property {string} protocol
 * @property {string} address
 * @property {string} port
 */

/**
 * @param {string} protocol
 * @param {Candidate[]} addresses
 * @param {string} reached
 * @returns {Finding}
 */
function silent(protocol, addresses, reached) {
  const tried = protocol.toUpperCase();
  if (!addresses.length) {
    return {
      tried,
      found: "The server offers no address.",
      advice: "Run rtc-canvas doctor on its machine.",
    };
  }
  const listed = addresses.map(({ address, port }) => hostAndPort(address, port));
  const found = `No answer from ${few([...new Set(listed)])}.`;
  const doubts = addresses.map(({ address }) => doubt(address, reached));
  if (doubts.every((each) => each === "loopback")) {
    return { tried, found, advice: "Start the program with --host 0.0.0.0; it listens on loopback only." };
  }
  if (doubts.every((each) => each !== null)) {
    const cause = doubts.includes("docker") ? "These look like Docker’s own" : "These are private";
    return { tried, found, advice: `${cause}: start the program with --public-address ${reached}.` };
  }
  const ports = [...new Set(addresses.map(({ port }) => port))].join(", ");
  return {
    tried,
    found,
    advice:
      protocol === "udp"
        ? `Open UDP port ${ports} in the firewall, or name a TURN server where the canvas is served.`
        : `Open TCP port ${ports} in the firewall.`,
  };
}

/**
 * @param {WebRtcEvidence} webrtc
 * @param {number} now
 * @returns {Finding[]}
 */
function relays({ iceServers, iceErrors, relays, relay, pairs }, now) {
  /** @type {Map<string, Finding>} */
  const findings = new Map();
  for (const { url, code, text } of iceErrors) {
    if (!url.startsWith("turn") || findings.has(url)) continue;
    const username = iceServers.find(({ urls }) => [urls].flat().some((each) => sameServer(each, url)))
      ?.username;
    findings.set(url, { tried: url, ...refused(code, text, username ?? "", now) });
  }
  if (relays && relay && !pairs.some(({ answered }) => answered)) {
    findings.set("", {
      tried: "Relay",
      found: "The TURN server works, but does not reach the server through it.",
      advice: "Let it relay to the server’s address (coturn: allowed-peer-ip, denied-peer-ip).",
    });
  }
  // Of one server that refuses, some browsers tell over each of their addresses.
  return relays ? [...findings].filter(([url]) => !url).map(([, each]) => each) : [...findings.values()];
}

/**
 * @param {number} code
 * @param {string} text
 * @param {string} username
 * @param {number} now
 */
function refused(code, text, username, now) {
  const expiry = /^\d{9,11}(?=:|$)/.exec(username);
  if (code === NO_ANSWER) {
    return {
      found: "The TURN server does not answer.",
      advice: "See that it runs and that its port is open; turns: or ?transport=tcp may pass a firewall.",
    };
  }
  if (code === 401 && expiry && Number(expiry[0]) <= now) {
    return {
      found: "The TURN server refuses credentials that have expired (401).",
      advice: "Reload the page. If that does not help, set the clocks of server, TURN server and this device.",
    };
  }
  if (code === 401) {
    return {
      found: "The TURN server refuses the credentials (401).",
      advice: "Give the program the secret or the password that the TURN server has.",
    };
  }
  return { found: `The TURN server refuses: ${code} ${text}.`, advice: "Its log says why." };
}

/**
 * @param {WebSocketEvidence} websocket
 * @returns {Finding}
 */
function overWebSocket({ opened, status }) {
  const tried = "WebSocket";
  if (opened) return { tried, found: "It broke.", advice: "See whether a proxy ends idle connections." };
  if (status === NO_UPGRADE) {
    return {
      tried,
      found: "A proxy on the way does not pass the upgrade on.",
      advice: "Have it pass Upgrade and Connection on; docs/deploy.md shows how for nginx.",
    };
  }
  return {
    tried,
    found: status === null ? "The server does not answer." : `It was refused with status ${status}.`,
    advice: "See that the program runs, and what stands between it and this device.",
  };
}

/**
 * @param {string} answer
 * @returns {Candidate[]}
 */
function candidatesOf(answer) {
  const lines = answer.matchAll(/^a=candidate:\S+ 1 (udp|tcp) \d+ (\S+) (\d+) typ (?!relay)/gim);
  return Array.from(lines, ([, protocol = "", address = "", port = ""]) => ({
    protocol: protocol.toLowerCase(),
    address,
    port,
  }));
}

/**
 * Why an address cannot be right for who reached the server at another; null without a doubt.
 *
 * @param {string} address
 * @param {string} reached
 * @returns {"loopback" | "docker" | "private" | null}
 */
export function doubt(address, reached) {
  if (address === reached) return null;
  const local = /^(127\.|::1$)/;
  if (local.test(address)) return local.test(reached) || reached === "localhost" ? null : "loopback";
  if (/^172\.(1[7-9]|2\d|3[01])\./.test(address)) return "docker";
  const isPrivate = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/;
  const isPublic = /^\d+\.\d+\.\d+\.\d+$/.test(reached) && !isPrivate.test(reached) && !local.test(reached);
  return isPublic && isPrivate.test(address) ? "private" : null;
}

/**
 * Browsers write an ICE server's URL their own way.
 *
 * @param {string} one
 * @param {string} other
 */
function sameServer(one, other) {
  const host = (/** @type {string} */ url) => url.split("?")[0]?.replace(/^turns?:/, "").split(":")[0];
  return host(one) === host(other);
}

/**
 * @param {string} address
 * @param {string} port
 */
function hostAndPort(address, port) {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * @param {string[]} names
 */
function few(names) {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
