/**
 * The space that an element has on the screen: its size, the device's pixels, whether it is seen.
 *
 * @module
 */

/**
 * CSS pixels, and device pixels per CSS pixel.
 * @typedef {{width: number, height: number, ratio: number}} Extent
 */

export class Viewport {
  #onchange;
  #listeners = new AbortController();
  #resizes;
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
    this.#resizes = new ResizeObserver((entries) => this.#onresize(entries));
    this.#resizes.observe(element);
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
    this.#intersections.disconnect();
  }

  /**
   * @param {ResizeObserverEntry[]} entries
   */
  #onresize(entries) {
    const rect = entries.at(-1)?.contentRect;
    if (!rect) return;
    // Not `clientWidth`, which is rounded: a picture of that size would be blurred a little.
    this.#width = rect.width;
    this.#height = rect.height;
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
