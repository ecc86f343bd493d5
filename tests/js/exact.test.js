import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Exact } from "../../static/picture/exact.js";

/** @type {FrameRequestCallback[]} what waits for the next refresh of the screen */
let waiting = [];
/** @type {unknown} what the browser makes of the next image: a size, or an Error */
let decoded = [4, 3];

beforeEach(() => {
  waiting = [];
  decoded = [4, 3];
});

/** @param {FrameRequestCallback} callback */
globalThis.requestAnimationFrame = (callback) => waiting.push(callback);
globalThis.createImageBitmap = async () => {
  if (!Array.isArray(decoded)) throw decoded;
  const [width, height] = decoded;
  return { width, height, close: () => {} };
};

/** Let the screen be refreshed so often. */
function refresh(times = 2) {
  for (let time = 0; time < times; time += 1) {
    for (const callback of waiting.splice(0)) callback(0);
  }
}

/** Exact pixels on a canvas, and what they told. */
class Page {
  /** @type {object[]} what the server was told of pictures that are seen */
  told = [];
  /** @type {string[]} */
  failures = [];
  canvas = {
    width: 0,
    height: 0,
    style: { visibility: "hidden" },
    context: /** @type {object | null} */ ({ drawImage: () => {} }),
    getContext() {
      return this.context;
    },
  };
  exact = new Exact(/** @type {any} */ (this.canvas), {
    send: (message) => message.type === "shown" && this.told.push(message),
    onchange: () => {},
    onfailure: (why) => this.failures.push(why),
  });

  /**
   * An image comes, all of it.
   *
   * @param {number} picture
   */
  async gets(picture) {
    this.exact.begin({ picture, size: [4, 3], bytes: 5, format: "png" });
    this.exact.add(new ArrayBuffer(5));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("the server is told once it is seen", async () => {
  const page = new Page();
  page.exact.look(7);
  await page.gets(7);
  assert.equal(page.canvas.style.visibility, "visible");
  refresh(1);
  assert.deepEqual(page.told, []);
  refresh(1);
  assert.deepEqual(page.told, [{ type: "shown", picture: 7 }]);
  page.exact.look(7);
  refresh();
  assert.equal(page.told.length, 1);
});

test("another picture hides it, and nothing is told", async () => {
  const page = new Page();
  page.exact.look(7);
  await page.gets(7);
  page.exact.look(8);
  refresh();
  assert.equal(page.canvas.style.visibility, "hidden");
  assert.deepEqual(page.told, []);
});

test("an image that comes again while it is in sight is told again", async () => {
  const page = new Page();
  page.exact.look(7);
  await page.gets(7);
  refresh();
  await page.gets(7);
  assert.equal(page.canvas.style.visibility, "visible");
  refresh();
  assert.deepEqual(page.told, [
    { type: "shown", picture: 7 },
    { type: "shown", picture: 7 },
  ]);
});

test("an image that comes again over another connection is told there, before any frame", async () => {
  const page = new Page();
  page.exact.look(7);
  await page.gets(7);
  refresh();
  page.exact.forget();
  await page.gets(7);
  refresh();
  page.exact.look(7);
  refresh();
  assert.equal(page.canvas.style.visibility, "visible");
  assert.deepEqual(page.told, [
    { type: "shown", picture: 7 },
    { type: "shown", picture: 7 },
  ]);
});

for (const [why, said, happens] of /** @type {const} */ ([
  ["cannot be decoded", "Out of memory.", () => (decoded = new Error("Out of memory."))],
  ["has another size", "2 × 2 pixels", () => (decoded = [2, 2])],
])) {
  test(`one that ${why} is a failure`, async () => {
    const page = new Page();
    page.exact.look(7);
    happens();
    await page.gets(7);
    refresh();
    assert.equal(page.failures.length, 1);
    assert.match(page.failures[0] ?? "", new RegExp(said));
    assert.equal(page.exact.shown, false);
    assert.deepEqual(page.told, []);
  });
}

test("one that has no room on a canvas is a failure", async () => {
  const page = new Page();
  page.canvas.context = null;
  page.exact.look(7);
  await page.gets(7);
  assert.equal(page.failures.length, 1);
  assert.equal(page.exact.shown, false);
});

test("one that is not fit is a failure", () => {
  const page = new Page();
  page.exact.begin({ picture: 7, size: [5000, 3], bytes: 5, format: "png" });
  assert.match(page.failures[0] ?? "", /5000 × 3/);
});

test("more than was announced is a failure", () => {
  const page = new Page();
  page.exact.begin({ picture: 7, size: [4, 3], bytes: 5, format: "png" });
  page.exact.add(new ArrayBuffer(6));
  assert.equal(page.failures.length, 1);
});

test("what fails when nobody waits for it any more is no failure", async () => {
  const page = new Page();
  decoded = new Error("Out of memory.");
  const came = page.gets(7);
  page.exact.cancel(7);
  await came;
  assert.deepEqual(page.failures, []);
});
