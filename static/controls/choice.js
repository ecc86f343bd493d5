/**
 * The list from which to choose, where there are several canvases or none yet.
 *
 * @module
 */

import { make } from "./dom.js";

/** @typedef {import("../problem.js").CanvasEntry} CanvasEntry */

const STYLE = `
main {
  box-sizing: border-box;
  max-width: 560px;
  margin: 0 auto;
  padding: 14vh 24px 48px;
}
h1 {
  margin: 0 0 18px;
  font-size: 22px;
  font-weight: 600;
  letter-spacing: -0.01em;
}
p {
  color: #a3a7b0;
}
ul {
  list-style: none;
  margin: 0;
  padding: 0;
  border: 1px solid #2a2d34;
  border-radius: 14px;
  overflow: hidden;
}
li + li {
  border-top: 1px solid #2a2d34;
}
a {
  display: flex;
  align-items: baseline;
  justify-content: space-between;
  gap: 16px;
  padding: 14px 18px;
  background: #17191e;
  color: inherit;
  text-decoration: none;
}
a:hover {
  background: #1e2127;
}
a:focus-visible {
  outline: 2px solid #6fa8ff;
  outline-offset: -2px;
  border-radius: 14px;
}
a b {
  font-weight: 550;
  overflow-wrap: anywhere;
}
a span {
  flex: none;
  color: #a3a7b0;
  font-size: 13px;
  font-variant-numeric: tabular-nums;
}
`;

/**
 * @param {CanvasEntry[]} canvases
 * @returns {HTMLElement}
 */
export function listOf(canvases) {
  const items = canvases.map(({ name, title, url, size }) =>
    make(
      "li",
      {},
      make("a", { href: url }, make("b", {}, title || name), make("span", {}, size.join(" × "))),
    ),
  );
  const empty = make("p", {}, "The program has made none yet. Reload this page when it has.");
  return make(
    "main",
    {},
    make("style", {}, STYLE),
    make("h1", {}, "Canvases"),
    items.length ? make("ul", {}, ...items) : empty,
  );
}
