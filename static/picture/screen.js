/**
 * What is seen: a stage, on it the box of the picture, in it the video, or a canvas that frames are
 * painted on.
 *
 * The box shows the *picture*: what the video is padded with hangs over its edge and is cut off.
 *
 * @module
 */

import { imageSize, isPixelExact, placePicture, toLogical, videoExtent } from "./geometry.js";
import { Painting } from "./painting.js";
import { RefreshInterval, shownAt, Waits } from "./presented.js";
import { Sizes } from "./sizes.js";

/** @typedef {import("./geometry.js").Fit} Fit */
/** @typedef {import("./geometry.js").Point} Point */
/** @typedef {import("./geometry.js").Size} Size */
/** @typedef {import("./sizes.js").PictureSize} PictureSize */
/** @typedef {import("./viewport.js").Extent} Extent */

/**
 * A frame on the screen; the last two as in VideoFrameCallbackMetadata.
 *
 * @typedef {object} Frame
 * @property {number} width
 * @property {number} height
 * @property {number | null} rtpTimestamp
 * @property {number} presentedFrames
 */

/**
 * How a frame met the display, in milliseconds; null for what the browser does not tell.
 *
 * @typedef {object} Meeting
 * @property {number} shown when the refresh began that showed it, on the clock of performance.now()
 * @property {number | null} waited from when it was decoded until then
 * @property {number | null} interval between two refreshes, null while too little is known
 */

/** Pixels: Chromium shows a black square of this side for a track whose first frame does not come. */
const STAND_IN = 2;
/** Milliseconds for which a frame may wait for the display. */
const LONGEST_WAIT = 1000;

const TELLS_FRAMES = "requestVideoFrameCallback" in HTMLVideoElement.prototype;
/** Phones zoom into a text field whose letters are smaller. */
const INVISIBLE = "position:absolute;opacity:0;resize:none;pointer-events:none;font-size:16px";
const UNSELECTABLE = "user-select:none;-webkit-user-select:none;-webkit-touch-callout:none";
// Not layout or paint containment: Chromium would round the edges of what is in it once more by themselves.
const SEPARATE = "contain:size style;isolation:isolate";
const FILL = "width:100%;height:100%;margin:0;padding:0;border:0";

export class Screen {
  stage = element("div", `${FILL};position:relative;overflow:hidden;${SEPARATE}`);
  /** Below the stage's outline, which shows where the focus is. */
  box = element("div", `position:absolute;z-index:-1;overflow:hidden;${UNSELECTABLE}`);
  video = element("video", overlay());
  /** Takes the focus and the text: only what can be edited is told of composed characters. */
  keys = element("textarea", `${FILL};${INVISIBLE}`);
  #painting = new Painting(this.video, overlay(), (now, { waited, ...painted }) => {
    const [width, height] = this.#pixels;
    this.#onframe({ width, height, ...painted }, this.#meeting(now, waited));
  });
  /** For the very pixels of the picture, which then hide the video. */
  exact = element("canvas", `${overlay()};visibility:hidden`);
  #corners = ["left:0;top:0", "left:100%;top:0", "left:0;top:100%"].map((place) =>
    element("i", `position:absolute;width:0;height:0;${place}`),
  );
  #sizes = new Sizes();
  /** @type {Fit} */
  #fit = "contain";
  /** @type {Extent} */
  #extent = { width: 0, height: 0, ratio: 1 };
  /** The video's width and height when it was placed. */
  #placed = "";
  /** Whether the focus comes from a pointer or a script: no ring is drawn then. */
  #quiet = false;
  #frozen = false;
  /** `presentedFrames` of the newest frame that is known of. */
  #presented = 0;
  #refresh = new RefreshInterval();
  #waits = new Waits();
  #counting = false;
  #onframe;

  /**
   * @param {(frame: Frame, meeting: Meeting | null) => void} onframe called for each frame shown;
   *   for the first of a connection only, and without the meeting, where the browser does not tell
   */
  constructor(onframe) {
    this.#onframe = onframe;
    prepareVideo(this.video);
    prepareKeys(this.keys);
    this.stage.setAttribute("role", "application");
    this.box.append(this.video, this.#painting.element, this.exact, ...this.#corners);
    this.stage.append(this.keys, this.box);
    this.video.addEventListener("resize", () => this.place());
    this.video.addEventListener("loadeddata", () => this.#onfirst());
    // A click on the ground beside the picture leaves the focus, and so the keys, where they are.
    this.stage.addEventListener("mousedown", (event) => {
      if (event.target === this.stage) event.preventDefault();
    });
    this.keys.addEventListener("focus", () => this.#ring(!this.#quiet));
    this.keys.addEventListener("blur", () => this.#ring(false));
    this.#follow();
  }

  /** @param {string} label what a screen reader calls it */
  set label(label) {
    this.stage.setAttribute("aria-label", label);
    this.keys.setAttribute("aria-label", label);
  }

  /** @param {string} cursor a CSS keyword; anything else is taken as "default" */
  set cursor(cursor) {
    const known = /^[a-z-]+$/.test(cursor) && CSS.supports("cursor", cursor);
    this.box.style.cursor = known ? cursor : "default";
  }

  /** @param {Fit} fit */
  set fit(fit) {
    this.#fit = fit;
    this.stage.style.overflow = fit === "none" ? "auto" : "hidden";
    this.place();
  }

  /** @param {Extent} extent the stage's */
  set extent(extent) {
    this.#extent = extent;
    this.place();
  }

  /** The size of the picture on the screen, null before the first. @returns {PictureSize | null} */
  get size() {
    const [width, height] = this.#pixels;
    return width ? this.#sizes.of([width, height]) : null;
  }

  /** Whether the last picture of a connection that ended is kept. */
  get frozen() {
    return this.#frozen;
  }

  /** Whether keys come here. */
  get focused() {
    return this.keys.matches(":focus");
  }

  focus() {
    this.#quiet = true;
    this.keys.focus({ preventScroll: true });
    this.#quiet = false;
  }

  /**
   * @param {PictureSize} size what the server announced
   */
  announce(size) {
    this.#sizes.add(size);
    this.place();
  }

  /**
   * @param {MediaStream} stream
   */
  show(stream) {
    this.video.srcObject = stream;
    this.#play();
  }

  /** What shows the picture now. @returns {HTMLVideoElement | HTMLCanvasElement} */
  get surface() {
    return this.#painting.covers ? this.#painting.element : this.video;
  }

  /** The width and height of what shows the picture, 0 before the first. @returns {Size} */
  get #pixels() {
    if (this.#painting.covers) return this.#painting.size;
    const { videoWidth, videoHeight } = this.video;
    return videoWidth > STAND_IN ? [videoWidth, videoHeight] : [0, 0];
  }

  /** Whether the video has something to show, and nothing is painted over it. */
  get #showsVideo() {
    return !this.#painting.covers && this.#pixels[0] > 0;
  }

  /** Keep the last picture while there is no connection: a video of the next one starts empty. */
  freeze() {
    // What is painted stays until the video has a new frame: an ended video is black.
    if (this.#showsVideo) this.#painting.draw(this.video, this.#pixels);
    // What stands in for one that never had a frame is not to be seen when it ends.
    else this.video.srcObject = null;
    this.#frozen = this.#painting.covers;
  }

  /**
   * Show a frame that came without a stream. A stream that shows something came later than it.
   *
   * @param {VideoFrame | ImageBitmap} image
   * @param {number} timestamp its RTP timestamp
   */
  paint(image, timestamp) {
    if (this.#showsVideo) return;
    this.#frozen = false;
    const size = imageSize(image);
    this.#painting.paint(image, size, timestamp);
    if (this.#placed !== `${size}`) this.place();
  }

  /** Forget the picture. */
  clear() {
    this.video.srcObject = null;
    this.#thaw();
  }

  /**
   * @param {Point} point of the page, as in a pointer event
   * @returns {Point | null} the picture's logical point there
   */
  locate(point) {
    const { size } = this;
    const [origin, right, bottom] = this.#corners.map((corner) => corner.getBoundingClientRect());
    return (
      size && origin && right && bottom && toLogical({ origin, right, bottom }, size.logical, point)
    );
  }

  /** Put box and video in their places. */
  place() {
    const { size } = this;
    const { width, height, ratio } = this.#extent;
    if (!size || !width || !height) return;
    this.#placed = `${size.encoded}`;
    const box = placePicture(this.#fit, [width, height], size.picture, ratio);
    const extent = videoExtent(box, size.encoded, size.shown);
    setBox(this.box, box);
    for (const shown of [this.video, this.#painting.element]) {
      setBox(shown, { x: 0, y: 0, width: extent[0], height: extent[1] });
      shown.style.imageRendering = rendering(isPixelExact(box, size.shown, ratio));
    }
    setBox(this.exact, { ...box, x: 0, y: 0 });
    this.exact.style.imageRendering = rendering(isPixelExact(box, size.picture, ratio));
  }

  /**
   * @param {boolean} drawn
   */
  #ring(drawn) {
    this.stage.style.outline = drawn ? "2px solid Highlight" : "none";
    this.stage.style.outlineOffset = "-2px";
  }

  #onfirst() {
    this.#thaw();
    if (TELLS_FRAMES) return;
    const { videoWidth: width, videoHeight: height } = this.video;
    this.#onframe({ width, height, rtpTimestamp: null, presentedFrames: 1 }, null);
  }

  #thaw() {
    this.#frozen = false;
    this.#painting.clear();
    this.place();
  }

  #play() {
    this.video.play().catch(() => {
      // Some phones that save power want a touch first, even for a muted video.
      addEventListener("pointerdown", () => this.video.play().catch(() => {}), { once: true });
    });
  }

  #follow() {
    if (!TELLS_FRAMES) return;
    this.video.requestVideoFrameCallback((now, frame) => {
      this.#follow();
      // The video's own "resize" event comes after the first frame of the new size was shown.
      if (this.#placed !== `${[frame.width, frame.height]}`) this.place();
      const { width, height, rtpTimestamp = null, presentedFrames } = frame;
      const presented = this.#presented;
      this.#presented = presentedFrames;
      if (width <= STAND_IN) return;
      // When it is paused, Chromium puts a copy in the place of the frame, and tells no timestamp of that.
      const isNext = presented > 0 && presentedFrames === presented + 1;
      if (this.video.paused && isNext && rtpTimestamp === null) return;
      this.#onframe(
        { width, height, rtpTimestamp, presentedFrames },
        this.#meeting(now, this.#waitOf(now, frame)),
      );
    });
  }

  /**
   * @param {number} now when the refresh began
   * @param {number | null} waited what the frame did before it
   * @returns {Meeting | null} null for one that was seen too late to tell of
   */
  #meeting(now, waited) {
    this.#refresh.add(now);
    if (this.#refresh.wantsEach) this.#countRefreshes();
    // A callback that was due while the page was hidden comes when it is shown again.
    if (Math.abs(waited ?? 0) >= LONGEST_WAIT) return null;
    const interval = this.#refresh.milliseconds;
    return { ...shownAt(now, waited, interval), interval };
  }

  /**
   * @param {number} now when the refresh began that showed a frame
   * @param {VideoFrameCallbackMetadata} frame
   * @returns {number | null} milliseconds that it waited for that; null where the browser does not tell
   */
  #waitOf(now, { receiveTime, processingDuration }) {
    if (receiveTime === undefined || processingDuration === undefined) return null;
    return this.#waits.of(now, receiveTime, 1000 * processingDuration);
  }

  /** Look at some refreshes in a row: frames need not come with each of them. */
  #countRefreshes() {
    if (this.#counting) return;
    this.#counting = true;
    const count = (/** @type {number} */ now) => {
      this.#refresh.addEach(now);
      this.#counting = this.#refresh.wantsEach;
      if (this.#counting) requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} style inline, so that no style sheet of an embedding page is needed or in the way
 * @returns {HTMLElementTagNameMap[Name]}
 */
function element(name, style) {
  const made = document.createElement(name);
  made.style.cssText = style;
  return made;
}

function overlay() {
  return "position:absolute;max-width:none;max-height:none;pointer-events:none;object-fit:fill";
}

/**
 * @param {HTMLElement} shown
 * @param {import("./geometry.js").Box} box
 */
function setBox(shown, { x, y, width, height }) {
  shown.style.left = `${x}px`;
  shown.style.top = `${y}px`;
  shown.style.width = `${width}px`;
  shown.style.height = `${height}px`;
}

/** @param {boolean} exact whether a pixel is a pixel: a browser might smooth even that */
function rendering(exact) {
  return exact ? "pixelated" : "auto";
}

/**
 * Muted and inline: what browsers play without a click.
 * @param {HTMLVideoElement} video
 */
function prepareVideo(video) {
  video.muted = video.defaultMuted = true;
  video.autoplay = true;
  video.playsInline = true;
  video.disablePictureInPicture = true;
  video.disableRemotePlayback = true;
  video.tabIndex = -1;
  video.setAttribute("aria-hidden", "true");
}

/**
 * No corrections, no keyboard that slides over the picture of a phone at each touch.
 * @param {HTMLTextAreaElement} keys
 */
function prepareKeys(keys) {
  keys.inputMode = "none";
  keys.autocapitalize = "off";
  keys.autocomplete = "off";
  keys.spellcheck = false;
  keys.setAttribute("autocorrect", "off");
}
