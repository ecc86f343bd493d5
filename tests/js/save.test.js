import assert from "node:assert/strict";
import { test } from "node:test";

import { fileName } from "../../static/controls/save.js";

const TIME = new Date(2026, 2, 4, 5, 6, 7);

for (const [title, name] of /** @type {const} */ ([
  ["Demo", "Demo 2026-03-04 05.06.07.png"],
  ["Spectra: run 7/3", "Spectra run 7 3 2026-03-04 05.06.07.png"],
  ["../..\\etc/passwd", "etc passwd 2026-03-04 05.06.07.png"],
  ["", "Canvas 2026-03-04 05.06.07.png"],
  [" \n ", "Canvas 2026-03-04 05.06.07.png"],
  ["Größe 測試", "Größe 測試 2026-03-04 05.06.07.png"],
])) {
  test(`${JSON.stringify(title)} makes a name`, () => assert.equal(fileName(title, TIME), name));
}

test("names are not too long for file systems", () => {
  const name = fileName("\u{1f30d}".repeat(500), TIME);
  assert.ok(new TextEncoder().encode(name).length <= 255);
  assert.ok(name.endsWith("\u{1f30d} 2026-03-04 05.06.07.png"));
});
