/**
 * Debian's Firefox, with one page at a time. Usage: node firefox.mjs
 *
 * Each line of the input is a call as JSON, [number, name, ...arguments]: "open" with a URL, "close", or a
 * method of puppeteer's page, such as "mouse.click". Each is answered by a line of JSON,
 * {number, value} or {number, error}. The browser closes when the input ends.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const observer = readFileSync(new URL("observer.js", import.meta.url), "utf8");
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: "/usr/bin/firefox-esr",
  headless: true,
  defaultViewport: { width: 640, height: 480 },
  protocolTimeout: 20_000,
});
let context, page;

const calls = {
  /** A page in a profile of its own, in the place of the one before. */
  async open(url) {
    await calls.close();
    context = await browser.createBrowserContext();
    page = await context.newPage();
    await page.evaluateOnNewDocument(observer);
    await page.goto(url);
  },
  async close() {
    await context?.close();
    context = page = undefined;
  },
};

async function call(name, ...given) {
  if (calls[name]) return calls[name](...given);
  const names = name.split(".");
  const method = names.pop();
  const object = names.reduce((part, key) => part[key], page);
  return object[method](...given);
}

try {
  for await (const line of createInterface({ input: process.stdin })) {
    const [number, ...given] = JSON.parse(line);
    const answer = await call(...given).then(
      // What is no plain value stays here, such as the handle that waitForFunction() gives.
      (value) => ({ value: value?.dispose ? null : (value ?? null) }),
      (error) => ({ error: error.message }),
    );
    console.log(JSON.stringify({ number, ...answer }));
  }
} finally {
  await browser.close();
}
