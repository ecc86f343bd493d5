import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Exact } from "../../static/exact.js";

/** @type {FrameRequestCallback[]} what waits for the next refresh of the screen */
let waiting = [];

beforeEach(() => {
  waiting = [];
});

/** @param {FrameRequestCallback} callback */
globalThis.requestAnimationFrame = (callback) => waiting.push(callback);
globalThis.createImageBitmap = async () => ({ width: 4, height: 3, close: () => {} });

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
  canvas = {
    width: 0,
    height: 0,
    style: { visibility: "hidden" },
    getContext: () => ({ drawImage: () => {} }),
  };
  exact = new Exact(
    /** @type {any} */ (this.canvas),
    (message) => message.type === "shown" && this.told.push(message),
    () => {},
  );

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
