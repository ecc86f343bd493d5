import assert from "node:assert/strict";
import { test } from "node:test";

import { ExactImage } from "../../static/picture/exact-image.js";

/**
 * @param {Partial<import("../../static/picture/exact-image.js").ImageHeader>} [fields]
 * @returns {import("../../static/picture/exact-image.js").ImageHeader}
 */
function header(fields) {
  return { picture: 7, size: [640, 480], bytes: 100_000, format: "png", ...fields };
}

test("pieces become the image, in the order in which they come", async () => {
  const image = new ExactImage(header({ bytes: 5 }));
  assert.equal(image.isComplete, false);
  assert.ok(image.add(new Uint8Array([1, 2, 3]).buffer));
  assert.equal(image.isComplete, false);
  assert.ok(image.add(new Uint8Array([4, 5]).buffer));
  assert.equal(image.isComplete, true);
  const blob = image.blob();
  assert.equal(blob.type, "image/png");
  assert.deepEqual([...new Uint8Array(await blob.arrayBuffer())], [1, 2, 3, 4, 5]);
});

test("more than was announced does not belong to it", () => {
  const image = new ExactImage(header({ bytes: 5 }));
  assert.ok(image.add(new ArrayBuffer(4)));
  assert.equal(image.add(new ArrayBuffer(2)), false);
  assert.equal(image.isComplete, false);
  assert.ok(image.add(new ArrayBuffer(1)));
  assert.equal(image.add(new ArrayBuffer(1)), false);
});

test("the server is told now and then, and at the end", () => {
  const image = new ExactImage(header());
  /** @type {number[]} */
  const told = [];
  for (let sent = 0; sent < 100_000; sent += 4000) {
    image.add(new ArrayBuffer(4000));
    const message = image.acknowledgement();
    if (message) told.push(message.bytes);
  }
  assert.deepEqual(told, [36_000, 72_000, 100_000]);
  assert.deepEqual(new ExactImage(header()).acknowledgement(), null);
});

test("what it is told is what the protocol says", () => {
  const image = new ExactImage(header({ bytes: 5 }));
  image.add(new ArrayBuffer(5));
  assert.deepEqual(image.acknowledgement(), { type: "received", picture: 7, bytes: 5 });
});

for (const [fits, fields] of /** @type {const} */ ([
  [true, {}],
  [true, { size: [4096, 4096], bytes: 3 * 4096 * 4096 + 4096 }],
  [true, { size: [16, 16], bytes: 3 * 256 + 200 }],
  [false, { size: [4097, 16] }],
  [false, { size: [16, 4097] }],
  [false, { size: [16, 16], bytes: 200_000 }],
  [false, { bytes: 0 }],
  [false, { bytes: -1 }],
  [false, { bytes: 1.5 }],
  [false, { bytes: NaN }],
  [false, { bytes: Infinity }],
  [false, { format: "svg+xml" }],
])) {
  test(`${JSON.stringify(fields)} is ${fits ? "taken" : "refused"}`, () => {
    assert.equal(ExactImage.isFit(header(fields)), fits);
  });
}
