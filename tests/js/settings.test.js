import assert from "node:assert/strict";
import { test } from "node:test";

import { Problem } from "../../static/problem.js";
import { baseOf, read, readSrc, readToken, serverOf, tokenIn } from "../../static/settings.js";

/**
 * @param {() => unknown} act
 * @returns {string}
 */
function reasonOf(act) {
  try {
    act();
  } catch (problem) {
    assert.ok(problem instanceof Problem);
    assert.deepEqual([problem.code, problem.retry], ["setting", false]);
    return problem.message;
  }
  return assert.fail("no problem");
}

test("what is taken counts, however it is written", () => {
  assert.deepEqual(read("fit", "fill"), { value: "fill", problem: null });
  assert.deepEqual(read("fit", "NONE"), { value: "none", problem: null });
  assert.deepEqual(read("codec", "VP8"), { value: "vp8", problem: null });
  assert.deepEqual(read("exact", "off"), { value: "off", problem: null });
});

test("what is not given is the default", () => {
  for (const none of [null, undefined, ""]) {
    assert.deepEqual(read("fit", none), { value: "contain", problem: null });
    assert.deepEqual(read("codec", none), { value: null, problem: null });
  }
});

test("what is not taken is told in one sentence, and the default counts", () => {
  const fit = read("fit", "cover");
  assert.equal(fit.value, "contain");
  const said = 'fit takes contain, fill or none, got "cover": it counts as contain.';
  assert.deepEqual([fit.problem?.code, fit.problem?.message], ["setting", said]);
  const codec = read("codec", "av1");
  assert.equal(codec.value, null);
  assert.equal(codec.problem?.message, 'codec takes h264 or vp8, got "av1": it is left open.');
  assert.ok((read("transport", "x".repeat(1e6)).problem?.message.length ?? 0) < 150);
  assert.ok(read("fit", { toString: () => "wide" }).problem);
});

test("src is a page on the web", () => {
  const page = "https://example.org/notes/today.html";
  assert.equal(readSrc("canvas/", page).href, "https://example.org/notes/canvas/");
  assert.equal(readSrc("http://gpu:8080", page).href, "http://gpu:8080/");
  for (const src of ["https://", "gpu:8080", "javascript:alert(1)", "ws://gpu/"]) {
    assert.match(reasonOf(() => readSrc(src, page)), /^src takes .* got "/);
  }
  assert.match(reasonOf(() => readSrc("main/", "file:///home/me/page.html")), /^src takes/);
});

test("a token in src is taken, and not shown where src is no address", () => {
  const page = "https://example.org/";
  assert.equal(tokenIn("http://gpu:8080/?token=secret", page), "secret");
  assert.equal(tokenIn("http://gpu:8080/?fit=fill", page), null);
  for (const src of ["gpu:8080/?token=secret", "gpu:8080/?fit=fill&token=secret#top"]) {
    const reason = reasonOf(() => readSrc(src, page));
    assert.match(reason, /token=…/);
    assert.doesNotMatch(reason, /secret/);
  }
});

test("a token that cannot be sent is not shown", () => {
  assert.equal(readToken("a-Token_of.32~characters"), "a-Token_of.32~characters");
  assert.equal(readToken(""), null);
  for (const token of ["secret\n", "secret value", "sécret", "secret,"]) {
    assert.doesNotMatch(
      reasonOf(() => readToken(token)),
      /secret|sécret/,
    );
  }
});

test("src may miss its last slash and have a query", () => {
  const page = "https://example.org/some/page.html";
  assert.equal(baseOf("https://gpu:8080/main", page), "https://gpu:8080/main/");
  assert.equal(baseOf("./?codec=vp8#top", page), "https://example.org/some/");
  assert.equal(baseOf("/plot/", page), "https://example.org/plot/");
  assert.match(baseOf(null, page), /^file:.*\/$/);
});

test("a module tells its server, whether or not its URL names a version", () => {
  for (const folder of ["static/", "static/v-0123456789abcdef/", "left/static/"]) {
    const server = folder.startsWith("left") ? "https://gpu:8080/left/" : "https://gpu:8080/";
    assert.equal(serverOf(`https://gpu:8080/${folder}settings.js`).href, server);
  }
});
