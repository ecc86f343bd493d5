/**
 * The space that an element has on the screen: its size, the device's pixels, whether it is seen.
 *
 * @module
 */

/**
 * CSS pixels, and device pixels per CSS pixel.
 * @typedef {{width: number, height: number, ratio: number}} Extent
 */

/** Safari does not tell which of the screen's pixels an element covers. */
const TELLS_PIXELS = "devicePixelContentBoxSize" in ResizeObserverEntry.prototype;

export class Viewport {
  #onchange;
  #listeners = new AbortController();
  /** Of the element's sides, and of the screen's pixels that it covers: zoomed, one may change without the other. */
  #resizes;
  #pixels;
  #intersections;
  #onScreen = true;
  #width;
  #height;

  /**
   * @param {HTMLElement} element
   * @param {() => void} onchange something of it changed
   */
  constructor(element, onchange) {
    this.#onchange = onchange;
    this.#width = element.clientWidth;
    this.#height = element.clientHeight;
    const onresize = (/** @type {ResizeObserverEntry[]} */ entries) => this.#onresize(entries);
    this.#resizes = new ResizeObserver(onresize);
    this.#resizes.observe(element);
    this.#pixels = new ResizeObserver(onresize);
    if (TELLS_PIXELS) this.#pixels.observe(element, { box: "device-pixel-content-box" });
    this.#intersections = new IntersectionObserver((entries) => {
      this.#onScreen = entries.at(-1)?.isIntersecting ?? true;
      onchange();
    });
    this.#intersections.observe(element);
    document.addEventListener("visibilitychange", onchange, { signal: this.#listeners.signal });
    this.#watchRatio();
  }

  /** @returns {Extent} */
  get extent() {
    return { width: this.#width, height: this.#height, ratio: devicePixelRatio };
  }

  /** Whether anybody can see it: page shown, scrolled to, not of zero size. */
  get visible() {
    const area = this.#width * this.#height;
    return document.visibilityState === "visible" && this.#onScreen && area > 0;
  }

  stop() {
    this.#listeners.abort();
    this.#resizes.disconnect();
    this.#pixels.disconnect();
    this.#intersections.disconnect();
  }

  /**
   * @param {ResizeObserverEntry[]} entries
   */
  #onresize(entries) {
    const entry = entries.at(-1);
    if (!entry) return;
    const { target, contentRect, devicePixelContentBoxSize: [pixels] = [] } = entry;
    const isUpright = getComputedStyle(target).writingMode.startsWith("horizontal");
    const { inlineSize, blockSize } = pixels ?? {};
    this.#width = pixelSide(contentRect.width, isUpright ? inlineSize : blockSize);
    this.#height = pixelSide(contentRect.height, isUpright ? blockSize : inlineSize);
    this.#onchange();
  }

  /** A media query tells once that the ratio is no longer this one: then watch for the next. */
  #watchRatio() {
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener(
      "change",
      () => {
        this.#watchRatio();
        this.#onchange();
      },
      { once: true, signal: this.#listeners.signal },
    );
  }
}

/**
 * A side from which the size of the picture is made. Its edges are drawn on pixels of the screen, and by where they
 * lie there are between them one more or one less than its length rounds to: a picture of another size would lose a
 * row, or be blurred a little, as it would by `clientWidth`, which is rounded.
 *
 * @param {number} side CSS pixels
 * @param {number | undefined} drawn device pixels between its edges; undefined where the browser does not tell
 * @returns {number} CSS pixels
 */
function pixelSide(side, drawn) {
  const pixels = side * devicePixelRatio;
  if (drawn === undefined || Math.round(pixels) === drawn) return side;
  // A browser that only acts as if it had another screen tells those of its own.
  return Math.abs(drawn - pixels) < 1 ? drawn / devicePixelRatio : side;
}
