/**
 * How the element looks. No blurred glass: it would cost a filter for each frame of the video.
 *
 * @module
 */

const STYLE = `
:host {
  --ground: #0d0e11;
  --edge: #2a2d34;
  --text: #ecedf0;
  --quiet: #a3a7b0;
  --live: #4fd08f;
  --watch: #6fa8ff;
  --warn: #f2b65a;
  --bad: #ff7b72;
  position: relative;
  display: block;
  overflow: hidden;
  background: var(--ground);
  color: var(--text);
  font:
    13px/1.45 system-ui,
    -apple-system,
    "Segoe UI",
    Roboto,
    sans-serif;
  -webkit-text-size-adjust: none;
  color-scheme: dark;
  --title-row: 34px;
  --title-inset: 0px;
  --title-height: 0px;
}
:host([titlebar]:not([data-titlebar="missing"])) {
  --title-height: calc(var(--title-row) + var(--title-inset));
}
/* Below what a phone has in its screen. Elsewhere in a page, that is the page's business. */
:host(:fullscreen) {
  --title-inset: env(safe-area-inset-top, 0px);
}
:host([hidden]),
[hidden] {
  display: none !important;
}
h2,
h3,
p {
  margin: 0;
  font: inherit;
}

/* At the top. It alone is in the flow: a minimised element is as high as it is. */
.title-bar {
  display: flex;
  align-items: center;
  box-sizing: border-box;
  height: var(--title-height);
  padding: var(--title-inset) 3px 0 12px;
  border-bottom: 1px solid var(--edge);
  background: #131519;
}
:host(:fullscreen) .title-bar {
  padding-right: max(3px, env(safe-area-inset-right, 0px));
  padding-left: max(12px, env(safe-area-inset-left, 0px));
}
:host(:not([titlebar])) .title-bar {
  display: none;
}
.title-bar .title {
  flex: 1;
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  font-weight: 600;
}
/* Where it is minimised, nothing else tells. */
:host(:not([data-state="live"])) .title {
  color: var(--quiet);
}
.title-bar button {
  flex: none;
}
/* The edge of the element would cut a ring around it. */
.title-bar button:focus-visible {
  outline-offset: -2px;
}
:host(:fullscreen) .minimise,
:host([titlebar]) .title-bar ~ .bar .full-screen {
  display: none;
}
/* Whatever gives the element its height, and without one: the size is kept for when it comes back. */
:host([minimised]) {
  height: fit-content !important;
  min-height: 0 !important;
  max-height: fit-content !important;
  aspect-ratio: auto !important;
}
/* Firefox takes no keyword for it; a border counts there. */
@supports (-moz-appearance: none) {
  :host([minimised]) {
    max-height: var(--title-height) !important;
  }
}
:host(:is([minimised], :fullscreen)) {
  resize: none !important;
  /* Without it, Chromium goes on painting the handle. */
  overflow: clip;
}
:host([minimised]) :is(.canvas, .cover, .bar, .panel, .probe) {
  display: none;
}
:host([minimised]) .title-bar {
  border-bottom-color: transparent;
}

.canvas {
  position: absolute;
  inset: var(--title-height) 0 0;
  transition: filter 0.3s;
}
:host([data-state="reconnecting"]) .canvas {
  filter: brightness(0.62) saturate(0.6);
}
:host([data-state="failed"]) .canvas {
  filter: brightness(0.25) saturate(0.4);
}

.announced {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}

/* In the picture's place */
.cover {
  position: absolute;
  inset: var(--title-height) 0 0;
  box-sizing: border-box;
  padding: min(24px, 4%);
  display: flex;
  flex-direction: column;
  align-items: center;
  /* What does not fit begins at the top, and can be scrolled. */
  justify-content: safe center;
  overflow-y: auto;
  container-type: size;
  gap: 6px;
  text-align: center;
  text-wrap: balance;
  animation: appear 0.35s 0.2s both;
}
/* The picture may be there a moment before it goes: a click is for the picture then, and keeps the keys there. */
:host(:is([data-state="connecting"], [data-state="live"])) .cover {
  pointer-events: none;
}
.cover h2 {
  font-size: 17px;
  font-weight: 600;
  letter-spacing: -0.01em;
}
.cover p {
  max-width: 46ch;
  font-size: 14px;
  color: var(--quiet);
  overflow-wrap: anywhere;
}
.cover p + p {
  color: var(--text);
}
.findings {
  box-sizing: border-box;
  width: min(52ch, 100%);
  min-height: 3em;
  margin: 16px 0 0;
  padding: 0;
  overflow-y: auto;
  list-style: none;
  text-align: start;
  text-wrap: pretty;
}
.findings li {
  padding: 10px 0;
  border-top: 1px solid var(--edge);
}
.cover .findings p {
  max-width: none;
}
.cover code {
  font: inherit;
  white-space: nowrap;
}
.findings b {
  color: var(--text);
  font-weight: 600;
}
.sign {
  position: relative;
  box-sizing: border-box;
  width: 40px;
  height: 40px;
  margin-bottom: 14px;
  flex: none;
  border-radius: 50%;
}
[data-tone="busy"] .sign,
[data-tone="warn"] .sign {
  border: 2px solid var(--edge);
  border-top-color: var(--text);
  animation: turn 1s linear infinite;
}
[data-tone="warn"] .sign {
  border-top-color: var(--warn);
}
[data-tone="bad"] .sign {
  background: color-mix(in srgb, var(--bad) 16%, transparent);
}
[data-tone="bad"] .sign::before,
[data-tone="bad"] .sign::after {
  content: "";
  position: absolute;
  left: 50%;
  width: 3px;
  margin-left: -1.5px;
  border-radius: 2px;
  background: var(--bad);
}
[data-tone="bad"] .sign::before {
  top: 10px;
  height: 12px;
}
[data-tone="bad"] .sign::after {
  top: 26px;
  height: 3px;
}
[data-tone="off"] .sign {
  border: 2px solid var(--edge);
}

button {
  font: inherit;
  color: inherit;
  background: none;
  border: 0;
  margin: 0;
  cursor: pointer;
  touch-action: manipulation;
}
button:focus-visible {
  outline: 2px solid var(--watch);
  outline-offset: 1px;
}
.action {
  margin-top: 16px;
  padding: 8px 18px;
  border-radius: 999px;
  font-size: 14px;
  font-weight: 550;
  background: var(--text);
  color: var(--ground);
}
.action:hover {
  background: #fff;
}

@container (max-height: 280px) {
  .sign {
    display: none;
  }
  .action {
    margin-top: 6px;
  }
}

/* At the bottom */
.bar {
  position: absolute;
  left: 50%;
  bottom: max(14px, env(safe-area-inset-bottom));
  transform: translate(-50%, 6px);
  display: flex;
  align-items: center;
  box-sizing: border-box;
  width: max-content;
  max-width: calc(100% - 24px);
  min-height: 36px;
  border: 1px solid var(--edge);
  border-radius: 23px;
  background: rgb(19 21 25 / 0.94);
  box-shadow: 0 4px 18px rgb(0 0 0 / 0.35);
  /* Not "visibility", for the buttons are to be reached by Tab: that shows them. */
  opacity: 0;
  pointer-events: none;
  transition:
    opacity 0.25s,
    transform 0.25s;
}
.bar.shown {
  opacity: 1;
  pointer-events: auto;
  transform: translate(-50%, 0);
}
.cover:not([hidden]) ~ .bar {
  display: none;
}
.line {
  display: flex;
  align-items: center;
  gap: 9px;
  min-width: 0;
  padding: 6px 14px;
  line-height: 1.3;
  text-wrap: balance;
}
.line b {
  font-weight: 600;
}
.line .detail {
  color: var(--quiet);
}
.line .detail::before {
  content: " · ";
}
.line .action {
  flex: none;
  margin: 0 -6px 0 4px;
  padding: 3px 11px;
  font-size: 13px;
}
.dot {
  flex: none;
  width: 8px;
  height: 8px;
  border-radius: 50%;
  background: var(--quiet);
}
.dot[data-tone="live"] {
  background: var(--live);
}
.dot[data-tone="watch"] {
  background: var(--watch);
}
.dot[data-tone="bad"] {
  background: var(--bad);
}
.dot[data-tone="warn"] {
  background: var(--warn);
  animation: breathe 1.4s ease-in-out infinite;
}
.dot[data-tone="busy"] {
  background: var(--text);
  animation: breathe 1.4s ease-in-out infinite;
}
.buttons {
  display: flex;
  flex: none;
  padding: 3px;
  border-left: 1px solid var(--edge);
}
.buttons button,
.panel header button,
.title-bar button {
  display: grid;
  place-items: center;
  width: 34px;
  height: 30px;
  padding: 0;
  border-radius: 999px;
  color: var(--quiet);
}
.buttons button:hover,
.panel header button:hover,
.title-bar button:hover {
  color: var(--text);
  background: rgb(255 255 255 / 0.08);
}
.buttons button[aria-pressed="true"] {
  color: var(--text);
  background: rgb(255 255 255 / 0.12);
}
svg {
  width: 16px;
  height: 16px;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.3;
  stroke-linecap: round;
  stroke-linejoin: round;
}

/* Statistics */
.panel {
  position: absolute;
  top: max(var(--title-height) + 12px, env(safe-area-inset-top));
  right: 12px;
  box-sizing: border-box;
  width: min(300px, calc(100% - 24px));
  /* The bar stays in reach. */
  max-height: calc(100% - 82px - var(--title-height));
  overflow: auto;
  padding: 6px 14px 14px;
  border: 1px solid var(--edge);
  border-radius: 14px;
  background: rgb(19 21 25 / 0.94);
  box-shadow: 0 4px 18px rgb(0 0 0 / 0.35);
  font-size: 12px;
}
.panel header {
  display: flex;
  align-items: center;
  justify-content: space-between;
  margin-right: -8px;
}
.panel h2 {
  font-size: 13px;
  font-weight: 600;
}
.panel h3 {
  margin: 8px 0 2px;
  color: var(--quiet);
  font-size: 11px;
}
.panel table {
  width: 100%;
  border-collapse: collapse;
}
.panel tr + tr > * {
  border-top: 1px solid rgb(255 255 255 / 0.05);
}
.panel th {
  padding: 2.5px 8px 2.5px 0;
  font-weight: 400;
  text-align: left;
  color: var(--quiet);
  white-space: nowrap;
  vertical-align: top;
}
.panel td {
  padding: 2.5px 0;
  text-align: right;
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
}

/* The value under the pointer */
.probe {
  position: absolute;
  top: 0;
  left: 0;
  box-sizing: border-box;
  width: max-content;
  max-width: min(320px, calc(100% - 16px));
  max-height: calc(100% - 16px);
  overflow: hidden;
  padding: 4px 10px;
  border: 1px solid var(--edge);
  border-radius: 9px;
  background: rgb(19 21 25 / 0.94);
  box-shadow: 0 4px 18px rgb(0 0 0 / 0.35);
  font-variant-numeric: tabular-nums;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
  pointer-events: none;
  will-change: translate;
}
.probe[data-tone="hint"] {
  color: var(--quiet);
}
.probe[data-tone="bad"] {
  color: var(--bad);
}

@media (max-width: 480px) {
  .line .detail {
    display: block;
  }
  .line .detail::before {
    content: none;
  }
  .bar:has(.line > .action) {
    flex-wrap: wrap;
    justify-content: center;
  }
  .bar:has(.line > .action) .buttons {
    border: 0;
  }
}
@media (pointer: coarse) {
  :host {
    --title-row: 44px;
  }
  .bar {
    min-height: 46px;
  }
  .buttons button,
  .panel header button,
  .title-bar button {
    width: 44px;
    height: 40px;
  }
}
@keyframes appear {
  from {
    opacity: 0;
  }
}
@keyframes turn {
  to {
    rotate: 1turn;
  }
}
@keyframes breathe {
  50% {
    opacity: 0.3;
  }
}
@media (prefers-reduced-motion: reduce) {
  *,
  *::before {
    transition: none !important;
  }
  .sign,
  .dot,
  .cover {
    animation: none !important;
  }
}
`;

/** @type {WeakMap<Document, CSSStyleSheet>} */
const sheets = new WeakMap();

/**
 * Make a shadow tree look so in the document that it is in. A sheet that is made by a script needs
 * no permission of the page's Content-Security-Policy, but is lost with the document.
 *
 * @param {ShadowRoot} root
 */
export function dress(root) {
  const { ownerDocument: page } = root;
  const Sheet = page.defaultView?.CSSStyleSheet;
  if (!Sheet) return;
  const sheet = sheets.get(page) ?? new Sheet();
  if (!sheets.has(page)) sheet.replaceSync(STYLE);
  sheets.set(page, sheet);
  root.adoptedStyleSheets = [sheet];
}
