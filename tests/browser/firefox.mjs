/**
 * Debian's Firefox looks at a canvas and clicks on it. Usage: node firefox.mjs URL
 *
 * Prints the colour in the middle of the picture, as video and as exact pixels, as one line of JSON
 * each, clicks, and closes when its input ends.
 */
import { once } from "node:events";
import puppeteer from "puppeteer-core";

const [url] = process.argv.slice(2);
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: "/usr/bin/firefox-esr",
  headless: true,
  defaultViewport: { width: 640, height: 480 },
});
try {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => {
    const canvas = document.querySelector("rtc-canvas")?.canvas;
    return canvas?.steering && canvas.size;
  });
  const color = await page.evaluate(() => {
    const { surface } = document.querySelector("rtc-canvas").canvas;
    const canvas = new OffscreenCanvas(1, 1);
    const context = canvas.getContext("2d");
    context.drawImage(surface, -320, -240);
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  });
  console.log(JSON.stringify(color));
  await page.waitForFunction(() => document.querySelector("rtc-canvas").canvas.exactPixels);
  const exact = await page.evaluate(() => {
    const context = document.querySelector("rtc-canvas").canvas.exactPixels.getContext("2d");
    return [...context.getImageData(320, 240, 1, 1).data];
  });
  console.log(JSON.stringify(exact));
  await page.mouse.click(123, 45);
  process.stdin.resume();
  await once(process.stdin, "end");
} finally {
  await browser.close();
}
