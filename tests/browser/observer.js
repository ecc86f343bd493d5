/**
 * What a page shows, by the pixels of its own video; put into every page before its scripts run.
 */
globalThis.observer = {
  /** @type {string[]} All that the page has told screen readers of its state, newest last. */
  said: [],

  /** The <rtc-canvas> of the page. */
  get element() {
    return document.querySelector("rtc-canvas");
  },

  /** A part of the shadow tree. */
  part(selector) {
    return this.element?.shadowRoot?.querySelector(selector);
  },

  /** The pointer's shape over a point of the window. */
  cursor(x, y) {
    return getComputedStyle(this.element.shadowRoot.elementFromPoint(x, y)).cursor;
  },

  /** [width, height] of what shows the picture: a video, or a canvas. */
  get size() {
    const surface = this.element?.canvas?.surface;
    return [surface?.videoWidth ?? surface?.width ?? 0, surface?.videoHeight ?? surface?.height];
  },

  /** The newest frame as the video has it, its padding included. */
  frame(x = 0, y = 0, width = this.size[0], height = this.size[1]) {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(this.element.canvas.surface, -x, -y);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  },

  /** [red, green, blue] in the middle of the picture; null before the first. */
  middle() {
    const surface = this.element?.canvas?.surface;
    if (!this.size[0] || surface.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    const [x, y] = this.size.map((side) => Math.floor(side / 2));
    return [...this.frame(x, y, 1, 1).data.slice(0, 3)];
  },

  /** Whether the middle of the picture has a colour. */
  sees(color, within) {
    return this.middle()?.every((level, i) => Math.abs(level - color[i]) <= within) ?? false;
  },

  /** The newest frame as base64 of its RGBA bytes. */
  encoded() {
    return this.inBase64(this.frame());
  },

  /** The exact pixels that are shown as base64 of their RGBA bytes; null while there are none. */
  exact() {
    const shown = this.element.canvas.exactPixels;
    if (!shown) return null;
    const context = shown.getContext("2d");
    return this.inBase64(context.getImageData(0, 0, shown.width, shown.height));
  },

  inBase64({ data, width, height }) {
    let text = "";
    for (let i = 0; i < data.length; i += 8192) {
      text += String.fromCharCode(...data.subarray(i, i + 8192));
    }
    return { width, height, rgba: btoa(text) };
  },
};

/** What stands there for a moment only has been said too: tests that look now and then would miss it. */
const attachShadow = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const root = attachShadow.call(this, options);
  new MutationObserver(() => {
    const text = root.querySelector("[role=status]")?.textContent;
    if (text !== undefined && text !== observer.said.at(-1)) observer.said.push(text);
  }).observe(root, { subtree: true, childList: true, characterData: true });
  return root;
};
