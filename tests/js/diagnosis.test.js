import assert from "node:assert/strict";
import { test } from "node:test";

import { diagnose, doubt } from "../../static/session/diagnosis.js";
import { readReport } from "../../static/session/evidence.js";

/** @typedef {import("../../static/session/diagnosis.js").WebRtcEvidence} WebRtcEvidence */

const NOW = 1_700_000_000;
const TURN = "turn:turn.example.org:3478?transport=udp";

/** @param {string} address */
const udp = (address) => `a=candidate:1 1 udp 2130706431 ${address} 8080 typ host\r\n`;
/** @param {string} address */
const tcp = (address) => `a=candidate:2 1 tcp 1518280447 ${address} 9000 typ host tcptype passive\r\n`;

/**
 * @param {Partial<WebRtcEvidence>} change
 * @param {string} [reached]
 */
function told(change, reached = "192.168.1.5") {
  const webrtc = {
    answer: null,
    iceServers: [],
    iceErrors: [],
    pairs: [],
    relay: false,
    relays: false,
    ...change,
  };
  return diagnose({ reached, now: NOW, webrtc, websocket: null });
}

test("UDP that is blocked", () => {
  const [finding, ...more] = told({ answer: udp("192.168.1.5") });
  assert.equal(more.length, 0);
  assert.equal(finding?.tried, "UDP");
  assert.equal(finding?.found, "No answer from 192.168.1.5:8080.");
  assert.match(finding?.advice ?? "", /UDP port 8080 .* TURN server/);
});

test("UDP that answers is not blamed", () => {
  const pair = { protocol: "udp", address: "192.168.1.5", port: 8080, sent: 3, answered: 1 };
  assert.deepEqual(told({ answer: udp("192.168.1.5"), pairs: [pair] }), []);
});

test("TCP is told of where the server offers it", () => {
  const tried = told({ answer: udp("192.168.1.5") + tcp("192.168.1.5") }).map((each) => each.tried);
  assert.deepEqual(tried, ["UDP", "TCP"]);
});

for (const [address, reached, advice] of /** @type {[string, string, RegExp][]} */ ([
  ["172.17.0.2", "192.168.1.5", /Docker.*--public-address 192.168.1.5/],
  ["10.0.0.4", "8.8.8.8", /private.*--public-address 8.8.8.8/],
  ["127.0.0.1", "192.168.1.5", /--host 0.0.0.0/],
])) {
  test(`${address} cannot be right at ${reached}`, () => {
    assert.match(told({ answer: udp(address) }, reached)[0]?.advice ?? "", advice);
  });
}

test("one address that may be right makes it a firewall", () => {
  const answer = udp("172.17.0.2") + udp("192.168.1.5");
  assert.match(told({ answer })[0]?.advice ?? "", /firewall/);
});

test("no doubt about the address by which the page came", () => {
  for (const address of ["172.17.0.2", "127.0.0.1", "10.0.0.1"]) assert.equal(doubt(address, address), null);
  assert.equal(doubt("127.0.0.1", "localhost"), null);
  assert.equal(doubt("10.0.0.1", "lab.example"), null);
});

for (const [code, username, found] of /** @type {[number, string, RegExp][]} */ ([
  [701, "me", /does not answer/],
  [401, "me", /refuses the credentials/],
  [401, `${NOW + 60}:me`, /refuses the credentials/],
  [401, `${NOW - 60}:me`, /expired/],
  [486, "me", /486 Quota/],
])) {
  test(`a TURN server and ${code} for ${username}`, () => {
    const iceServers = [{ urls: ["turn:turn.example.org"], username, credential: "x" }];
    const error = { url: TURN, code, text: "Quota" };
    const findings = told({ iceServers, iceErrors: [error, error] });
    assert.equal(findings.length, 1);
    assert.equal(findings[0]?.tried, TURN);
    assert.match(findings[0]?.found ?? "", found);
    assert.ok(findings[0]?.advice);
  });
}

test("a TURN server that relays is not blamed for another that does not", () => {
  assert.deepEqual(told({ relays: true, iceErrors: [{ url: TURN, code: 701, text: "" }] }), []);
});

test("a relay from which the server is not reached", () => {
  assert.match(told({ relay: true, relays: true })[0]?.found ?? "", /does not reach the server/);
});

for (const [opened, status, found] of /** @type {[boolean, number | null, RegExp][]} */ ([
  [false, 426, /does not pass the upgrade on/],
  [false, 502, /status 502/],
  [false, null, /does not answer/],
  [true, 426, /broke/],
])) {
  test(`a WebSocket, ${opened ? "opened" : "not opened"}, ${status}`, () => {
    const websocket = { opened, status };
    const [finding] = diagnose({ reached: "lab", now: NOW, webrtc: null, websocket });
    assert.equal(finding?.tried, "WebSocket");
    assert.match(finding?.found ?? "", found);
  });
}

test("what a browser's statistics tell", () => {
  const report = new Map(
    Object.entries({
      r: { type: "remote-candidate", candidateType: "host", protocol: "udp", address: "::1", port: 9 },
      l: { type: "local-candidate", candidateType: "relay" },
      p: { type: "candidate-pair", remoteCandidateId: "r", requestsSent: 4 },
      q: { type: "candidate-pair", remoteCandidateId: "gone" },
    }),
  );
  assert.deepEqual(readReport(report), {
    relays: true,
    pairs: [
      { protocol: "udp", address: "::1", port: 9, sent: 4, answered: 0 },
      { protocol: "", address: "", port: 0, sent: 0, answered: 0 },
    ],
  });
});
