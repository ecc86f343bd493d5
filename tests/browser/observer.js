/**
 * What a page shows, by the pixels of its own video; put into every page before its scripts run.
 */
globalThis.observer = {
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

  /** The newest frame as the video has it, its padding included. */
  frame(x = 0, y = 0, width = this.element.canvas.video.videoWidth, height = undefined) {
    const { video } = this.element.canvas;
    const canvas = new OffscreenCanvas(width, height ?? video.videoHeight);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, -x, -y);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  },

  /** [red, green, blue] in the middle of the picture; null before the first. */
  middle() {
    const video = this.element?.canvas?.video;
    if (!video || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    const [x, y] = [video.videoWidth, video.videoHeight].map((side) => Math.floor(side / 2));
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
