import assert from "node:assert/strict";
import { test } from "node:test";

import {
  isBrowserShortcut,
  isProbeKey,
  isStatisticsKey,
  makesText,
} from "../../static/input/shortcuts.js";

/** @typedef {import("../../static/input/shortcuts.js").Key} Key */

/**
 * @param {string} combination such as "Control+Shift+I"; the last part is the key
 * @param {Partial<Key>} [rest]
 * @returns {Key}
 */
function press(combination, rest = {}) {
  const parts = combination.split(/\+(?=.)/);
  const key = parts.at(-1) ?? "";
  return {
    key,
    code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key,
    altKey: parts.includes("Alt"),
    ctrlKey: parts.includes("Control"),
    metaKey: parts.includes("Meta"),
    shiftKey: parts.includes("Shift"),
    ...rest,
  };
}

/** Combinations in a text, "Space" for the key that would not show in it. */
const list = (/** @type {string} */ text) =>
  text
    .trim()
    .split(/\s+/)
    .map((combination) => combination.replace("Space", " "));

const BROWSERS = list(`
  F5 Shift+F5 Control+F5 F6 F11 F12 Control+r Control+R Control+Shift+R Meta+r
  Control+t Control+n Control+w Meta+t Meta+w Meta+n Control+Shift+T Control+Shift+N
  Control+Shift+I Control+Shift+J Control+Shift+C Meta+Alt+I
  Control+l Meta+l Control+Tab Control+Shift+Tab Control+PageDown Control+1
  Control++ Control+- Control+= Control+0 Meta++ Meta+0 Control+v Meta+v
  Alt+ArrowLeft Alt+ArrowRight Alt+Home Alt+F4 Meta+[ Meta+h
`);
for (const combination of BROWSERS) {
  test(`${combination} is the browser's`, () => assert.ok(isBrowserShortcut(press(combination))));
}

const PROGRAMS = list(`
  a A t r Space / ' Tab Backspace Enter Escape ArrowLeft ArrowDown Home F1 F2 F3 Delete
  Control+s Control+z Control+Shift+Z Control+a Control+c Control+f Control+p Control+ArrowLeft
  Shift+Tab Alt+a Alt+ArrowUp Control+Alt+s Meta+s Control Shift Alt Meta
`);
for (const combination of PROGRAMS) {
  test(`${combination} is the program's`, () => assert.ok(!isBrowserShortcut(press(combination))));
}

test("AltGr makes characters, no shortcuts", () => {
  // Windows reports AltGr as Control and Alt.
  for (const key of ["@", "€", "{", "0", "v"]) {
    const event = press(`Control+Alt+${key}`, { altGraph: true });
    assert.ok(!isBrowserShortcut(event));
    assert.ok(makesText(event));
  }
});

for (const combination of list("a Z Shift+A Space é 漢 😀 Dead Process Unidentified Alt+@")) {
  test(`${combination} may make text`, () => assert.ok(makesText(press(combination))));
}
for (const combination of list("Enter Tab ArrowUp F2 Control Control+a Meta+c Alt+x Backspace")) {
  test(`${combination} makes no text`, () => assert.ok(!makesText(press(combination))));
}

test("the page's own keys go by their place, and are not AltGr", () => {
  assert.ok(isStatisticsKey(press("Control+Alt+s")));
  assert.ok(isStatisticsKey(press("Control+Alt+ß", { code: "KeyS" })));
  assert.ok(!isStatisticsKey(press("Control+Alt+ś", { code: "KeyS", altGraph: true })));
  assert.ok(!isStatisticsKey(press("Control+s")));
  assert.ok(isProbeKey(press("Control+Alt+p")));
  assert.ok(!isProbeKey(press("Control+Alt+s")));
});
