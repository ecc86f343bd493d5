import assert from "node:assert/strict";
import { test } from "node:test";

import { Problem } from "../../static/problem.js";
import { readConfig, sdpFragment, Whep, withCredentials } from "../../static/transport/whep.js";

/** @typedef {{url: string, init: RequestInit}} Sent */

const CONFIG = {
  protocol: 1,
  version: "0.1.0",
  whep: "../../whep/main",
  snapshot: "../../snapshot/main.png",
  iceServers: [],
  canvases: [{ name: "main", title: "Demo", url: "../", size: [1280, 720] }],
};

/**
 * A Whep whose requests are answered from a list.
 *
 * @param {(Response | Error)[]} answers
 * @param {{token?: string}} [options]
 */
function prepare(answers, options = {}) {
  /** @type {Sent[]} */
  const sent = [];
  const whep = new Whep({
    base: "http://example.org/main/",
    ...options,
    async fetch(url, init) {
      sent.push({ url, init });
      const answer = answers.shift();
      if (answer instanceof Response) return answer;
      throw answer ?? new TypeError("nobody is there");
    },
  });
  return { whep, sent };
}

/**
 * @param {() => unknown} act
 * @returns {Promise<Problem>}
 */
async function problemOf(act) {
  try {
    await act();
  } catch (problem) {
    assert.ok(problem instanceof Problem);
    return problem;
  }
  return assert.fail("no problem");
}

test("the configuration's URLs are relative to its own", async () => {
  const { whep, sent } = prepare([Response.json(CONFIG)]);
  const config = await whep.config();
  assert.equal(sent[0]?.url, "http://example.org/main/api/config");
  assert.equal(config.whep, "http://example.org/whep/main");
  assert.equal(config.snapshot, "http://example.org/snapshot/main.png");
  assert.equal(config.canvases[0]?.url, "http://example.org/main/");
});

test("without a canvas there is no endpoint", () => {
  const { whep, ...several } = CONFIG;
  assert.equal(readConfig(several, "http://example.org/api/config", 0).whep, null);
});

test("credentials are good since they were asked for", () => {
  const expire = (/** @type {number | null} */ iceServersLifetime) =>
    readConfig({ ...CONFIG, iceServersLifetime }, "http://example.org/api/config", 5000).iceServersExpire;
  assert.equal(expire(600), 605_000);
  assert.equal(expire(null), Infinity);
});

test("another protocol, and what is no server of ours", async () => {
  const url = "http://example.org/api/config";
  const older = await problemOf(() => readConfig({ ...CONFIG, protocol: 2 }, url, 0));
  assert.deepEqual([older.code, older.retry], ["protocol", false]);
  const foreign = await problemOf(() => readConfig(null, url, 0));
  assert.deepEqual([foreign.code, foreign.retry], ["foreign", false]);
  const page = await problemOf(() => prepare([new Response("<html>")]).whep.config());
  assert.equal(page.code, "foreign");
});

test("offer, trickle and end of a session", async () => {
  const answer = new Response("v=0 answer", {
    status: 201,
    headers: { Location: "main/abc", ETag: '"tag"' },
  });
  const ok = () => new Response(null, { status: 204 });
  const { whep, sent } = prepare([answer, ok(), ok()]);
  assert.equal(await whep.offer("http://example.org/whep/main", "v=0 offer", "vp8"), "v=0 answer");
  await whep.trickle("a=candidate");
  whep.end();
  whep.end();
  assert.deepEqual(
    sent.map(({ url, init }) => [init.method, url]),
    [
      ["POST", "http://example.org/whep/main?codec=vp8"],
      ["PATCH", "http://example.org/whep/main/abc"],
      ["DELETE", "http://example.org/whep/main/abc"],
    ],
  );
  assert.equal(new Headers(sent[1]?.init.headers).get("If-Match"), '"tag"');
  assert.equal(sent[2]?.init.keepalive, true);
});

test("a session that never was needs no end", () => {
  const { whep, sent } = prepare([]);
  whep.end();
  assert.equal(sent.length, 0);
});

test("a lost candidate or a failed end is no problem", async () => {
  const created = new Response("v=0", { status: 201, headers: { Location: "/whep/main/abc" } });
  const { whep } = prepare([created, new Response("gone", { status: 404 }), new TypeError("down")]);
  await whep.offer("http://example.org/whep/main", "v=0");
  await whep.trickle("a=candidate");
  whep.end();
});

test("a token goes into a header, and cookies of another origin are not asked for", async () => {
  const withToken = prepare([Response.json(CONFIG)], { token: "secret" });
  await withToken.whep.config();
  assert.equal(new Headers(withToken.sent[0]?.init.headers).get("Authorization"), "Bearer secret");
  assert.equal(withToken.sent[0]?.init.credentials, "same-origin");
  assert.ok(!withToken.sent[0]?.url.includes("secret"));
  const without = prepare([Response.json(CONFIG)]);
  await without.whep.config();
  assert.equal(without.sent[0]?.init.credentials, "include");
});

/** @type {[number, string, boolean][]} */
const REFUSALS = [
  [401, "unauthorised", false],
  [403, "forbidden", false],
  [404, "not-found", true],
  [406, "no-codec", false],
  [400, "refused", false],
  [500, "refused", true],
  [503, "unreachable", true],
];
for (const [status, code, retry] of REFUSALS) {
  test(`status ${status} is "${code}"`, async () => {
    const answer = new Response("Its reason.\n", {
      status,
      headers: { "Content-Type": "text/plain" },
    });
    const problem = await problemOf(() => prepare([answer]).whep.config());
    assert.deepEqual([problem.code, problem.retry], [code, retry]);
    assert.equal(
      problem.message,
      status === 401 ? "This browser has no access to the canvas." : "Its reason.",
    );
    if (status === 401) assert.equal(problem.advice, "Its reason.");
    if (status === 403) assert.equal(problem.advice, "", "the reason says what to do");
  });
}

test("a server that is full or stopping is not asked at once again", async () => {
  const answer = new Response("It is full.\n", {
    status: 503,
    headers: { "Content-Type": "text/plain" },
  });
  const problem = await problemOf(() => prepare([answer]).whep.config());
  assert.equal(problem.pause, 3);
});

test("a proxy's page is not shown as a reason", async () => {
  const page = new Response("<html>Bad gateway", {
    status: 502,
    headers: { "Content-Type": "text/html" },
  });
  const problem = await problemOf(() => prepare([page]).whep.config());
  assert.equal(problem.message, "The server answered with status 502.");
  assert.ok(problem.retry);
});

test("no answer is retried", async () => {
  const problem = await problemOf(() => prepare([]).whep.config());
  assert.deepEqual([problem.code, problem.retry], ["unreachable", true]);
});

test("candidates as a fragment", () => {
  const offer = [
    "v=0",
    "o=- 1 2 IN IP4 127.0.0.1",
    "a=group:BUNDLE 0 1",
    "m=video 9 UDP/TLS/RTP/SAVPF 96",
    "a=ice-ufrag:AbCd",
    "a=ice-pwd:secret",
    "a=mid:0",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "a=mid:1",
    "",
  ].join("\r\n");
  assert.equal(
    sdpFragment(offer, ["candidate:1 1 udp 1 192.0.2.1 5000 typ host"]),
    [
      "a=ice-ufrag:AbCd",
      "a=ice-pwd:secret",
      "m=video 9 UDP/TLS/RTP/SAVPF 96",
      "a=mid:0",
      "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host",
      "",
    ].join("\r\n"),
  );
});

test("a snapshot is fetched from where the configuration says", async () => {
  const { whep, sent } = prepare([Response.json(CONFIG), new Response("pixels")], { token: "t" });
  assert.equal(await (await whep.snapshot()).text(), "pixels");
  assert.equal(sent[1]?.url, "http://example.org/snapshot/main.png");
  assert.equal(new Headers(sent[1]?.init.headers).get("Authorization"), "Bearer t");
});

test("a snapshot that cannot be had is a problem", async () => {
  const none = new Response("There is no picture yet.\n", {
    status: 503,
    headers: { "Content-Type": "text/plain" },
  });
  const { whep } = prepare([Response.json(CONFIG), none]);
  assert.equal((await problemOf(() => whep.snapshot())).message, "There is no picture yet.");
  const { whep: several } = prepare([Response.json({ ...CONFIG, snapshot: undefined })]);
  assert.equal((await problemOf(() => several.snapshot())).code, "choose");
});

test("a page that begins anew says so, and with what", async () => {
  const headers = { Location: "main/abc", ETag: '"one"' };
  const created = () => new Response("v=0", { status: 201, headers });
  const { whep, sent } = prepare([created(), created()]);
  await whep.offer("http://example.org/whep/main", "v=0", null, "token", true);
  await whep.offer("http://example.org/whep/main", "v=0", null, "token");
  assert.deepEqual(
    sent.map(({ url }) => new URL(url).search),
    ["?session=token&use=1", "?session=token"],
  );
});

test("an ICE restart names no ICE session, and what follows the new one", async () => {
  const { whep, sent } = prepare([
    new Response("v=0", { status: 201, headers: { Location: "main/abc", ETag: '"one"' } }),
    new Response("a=ice-ufrag:new1\r\n", { headers: { ETag: '"two"' } }),
    new Response(null, { status: 204 }),
  ]);
  await whep.offer("http://example.org/whep/main", "v=0");
  assert.equal(await whep.restart("a=ice-ufrag:anew\r\n"), "a=ice-ufrag:new1\r\n");
  await whep.trickle("a=ice-ufrag:anew\r\n");
  const conditions = sent.map(({ init }) => new Headers(init.headers).get("If-Match"));
  assert.deepEqual(conditions, [null, "*", '"two"']);
});

test("an answer gets the credentials of a fragment, in all its sections", () => {
  const section = "m=video 9 x 96\r\na=ice-ufrag:old1\r\na=ice-pwd:old\r\na=mid:0\r\n";
  const fragment = "a=ice-ufrag:new1\r\na=ice-pwd:new\r\nm=video 9 x 0\r\n";
  const expected = section.replace("old1", "new1").replace("pwd:old", "pwd:new");
  assert.equal(withCredentials(`v=0\r\n${section}${section}`, fragment), `v=0\r\n${expected}${expected}`);
  assert.throws(() => withCredentials(section, "v=0\r\n"), /no credentials/);
});
