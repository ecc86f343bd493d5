import assert from "node:assert/strict";
import { test } from "node:test";
import { rememberWebSocket, remembersWebSocket } from "../../static/transport/remembered.js";

test("a browser that keeps nothing finds it out again", () => {
  rememberWebSocket("https://example.org/", true);
  assert.equal(remembersWebSocket("https://example.org/"), false);
});

test("each server is remembered by itself", (context) => {
  context.after(() => Reflect.deleteProperty(globalThis, "localStorage"));
  /** @type {Map<string, string>} */
  const kept = new Map();
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    value: {
      /** @param {string} key */
      getItem: (key) => kept.get(key) ?? null,
      /** @type {(key: string, value: string) => void} */
      setItem: (key, value) => void kept.set(key, value),
      /** @param {string} key */
      removeItem: (key) => void kept.delete(key),
    },
  });
  rememberWebSocket("https://one.example/", true);
  assert.equal(remembersWebSocket("https://one.example/"), true);
  assert.equal(remembersWebSocket("https://other.example/"), false);
  rememberWebSocket("https://one.example/", false);
  assert.equal(remembersWebSocket("https://one.example/"), false);
});
