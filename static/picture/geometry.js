/**
 * Where a picture lies on the page, and which point of it a pointer is over. Pure.
 *
 * Three kinds of pixel meet here: CSS pixels (layout and pointer events), device pixels (what the
 * screen has) and the logical pixels in which a program thinks of its picture.
 *
 * @module
 */

/** @typedef {readonly [width: number, height: number]} Size */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */
/** @typedef {"contain" | "fill" | "none"} Fit */

/**
 * Where three corners of the picture are on the page, in the coordinates of pointer events.
 * @typedef {{origin: Point, right: Point, bottom: Point}} Corners
 */

/**
 * The box in which a picture is shown.
 *
 * `contain` shows all of it and keeps its shape, `fill` stretches it over the stage, `none` gives
 * each pixel of the picture one pixel of the device. Edges lie on device pixels, so that a picture
 * rendered for the stage is not blurred by a fraction.
 *
 * @param {Fit} fit
 * @param {Size} stage CSS pixels
 * @param {Size} picture pixels
 * @param {number} ratio device pixels per CSS pixel
 * @returns {Box} CSS pixels, relative to the stage
 */
export function placePicture(fit, stage, picture, ratio) {
  const room = /** @type {const} */ ([stage[0] * ratio, stage[1] * ratio]);
  const [width, height] = shownSize(fit, room, picture);
  // A picture larger than the stage starts at its corner: what is cut off can be scrolled to.
  const x = Math.max(0, Math.floor((room[0] - width) / 2));
  const y = Math.max(0, Math.floor((room[1] - height) / 2));
  return { x: x / ratio, y: y / ratio, width: width / ratio, height: height / ratio };
}

/**
 * @param {Fit} fit
 * @param {Size} room device pixels
 * @param {Size} picture
 * @returns {Size} device pixels
 */
function shownSize(fit, room, picture) {
  // CSS sizes times a fractional ratio are off by less than a pixel: that is no scaling.
  const exact = Math.abs(room[0] - picture[0]) < 1 && Math.abs(room[1] - picture[1]) < 1;
  if (fit === "none" || exact) return picture;
  if (fit === "fill") return room;
  const scale = Math.min(room[0] / picture[0], room[1] / picture[1]);
  return [Math.max(1, Math.round(picture[0] * scale)), Math.max(1, Math.round(picture[1] * scale))];
}

/**
 * The size at which to show the video so that its picture fills the box: 4:2:0 video has even
 * sides, and what was padded for that at the right and the bottom hangs over.
 *
 * @param {Box} box
 * @param {Size} encoded the video's size
 * @param {Size} picture the size of the picture in it
 * @returns {Size} CSS pixels
 */
export function videoExtent(box, encoded, picture) {
  return [(box.width * encoded[0]) / picture[0], (box.height * encoded[1]) / picture[1]];
}

/**
 * Whether each pixel of the picture is one pixel of the device.
 *
 * @param {Box} box
 * @param {Size} picture
 * @param {number} ratio
 */
export function isPixelExact(box, picture, ratio) {
  return (
    Math.abs(box.width * ratio - picture[0]) < 0.01 &&
    Math.abs(box.height * ratio - picture[1]) < 0.01
  );
}

/**
 * Whether a logical point is in the picture.
 *
 * @param {Point} point
 * @param {Size} logical
 */
export function isInside({ x, y }, [width, height]) {
  return x >= 0 && x < width && y >= 0 && y < height;
}

/**
 * The logical point of the picture that is at a point of the page; outside the picture it goes on.
 *
 * Three corners tell every scrolling, zoom, scale, rotation and skew between picture and page, so
 * nothing needs to know which of them there are.
 *
 * @param {Corners} corners
 * @param {Size} logical
 * @param {Point} point
 * @returns {Point | null} null where the picture has no area
 */
export function toLogical({ origin, right, bottom }, logical, point) {
  const across = { x: right.x - origin.x, y: right.y - origin.y };
  const down = { x: bottom.x - origin.x, y: bottom.y - origin.y };
  const area = across.x * down.y - across.y * down.x;
  if (Math.abs(area) < 1e-9) return null;
  const x = point.x - origin.x;
  const y = point.y - origin.y;
  return {
    x: (logical[0] * (x * down.y - y * down.x)) / area,
    y: (logical[1] * (across.x * y - across.y * x)) / area,
  };
}

/**
 * @param {VideoFrame | ImageBitmap} image
 * @returns {Size} pixels
 */
export function imageSize(image) {
  return "displayWidth" in image
    ? [image.displayWidth, image.displayHeight]
    : [image.width, image.height];
}
