/**
 * Gathers what is known of ways that were tried and failed. Loaded when somebody wants to know.
 *
 * @module
 */

/** @typedef {import("../transport/connection.js").WebRtcTrail} WebRtcTrail */
/** @typedef {import("./diagnosis.js").Evidence} Evidence */
/** @typedef {import("./diagnosis.js").Pair} Pair */
/** @typedef {import("../transport/websocket.js").WebSocketTrail} WebSocketTrail */

/**
 * What is left of the ways that were tried; null for one that was not.
 *
 * @typedef {object} Trail
 * @property {string} base of the server
 * @property {WebRtcTrail | null} webrtc
 * @property {WebSocketTrail | null} websocket
 */

/** Milliseconds for what is asked of the server now. */
const PATIENCE = 3000;

/**
 * @param {Trail} trail
 * @returns {Promise<Evidence>}
 */
export async function gather({ base, webrtc, websocket }) {
  return {
    reached: new URL(base).hostname.replace(/^\[|\]$/g, ""),
    now: Date.now() / 1000,
    webrtc: webrtc && { ...webrtc, ...readReport(await webrtc.report) },
    websocket: websocket && { ...websocket, status: await statusOf(websocket.url) },
  };
}

/**
 * @param {ReadonlyMap<string, any>} report
 * @returns {{pairs: Pair[], relays: boolean}}
 */
export function readReport(report) {
  const entries = [...report.values()];
  return {
    relays: entries.some((entry) => entry.candidateType === "relay" && entry.type === "local-candidate"),
    pairs: entries
      .filter(({ type }) => type === "candidate-pair")
      .map(({ remoteCandidateId, requestsSent = 0, responsesReceived = 0 }) => {
        const { protocol = "", address = "", port = 0 } = report.get(remoteCandidateId) ?? {};
        return { protocol, address, port, sent: requestsSent, answered: responsesReceived };
      }),
  };
}

/**
 * With what the server answers where a WebSocket goes, to a request without an upgrade.
 *
 * @param {string} url
 * @returns {Promise<number | null>} null where it does not answer
 */
async function statusOf(url) {
  const asked = url.replace(/^ws/, "http");
  const signal = AbortSignal.timeout?.(PATIENCE) ?? null;
  const response = await fetch(asked, { signal, cache: "no-store" }).catch(() => null);
  return response && response.status;
}
