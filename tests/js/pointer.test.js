import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Pointer } from "../../static/input/pointer.js";

/** @typedef {{type: string, pointerId?: number, pointerType?: string, isPrimary?: boolean, button?: number, buttons?: number, at?: number}} Happening */

/** The document: what a box that is in none is told of is told to it. */
class Page extends EventTarget {}

class Box extends EventTarget {
  style = { touchAction: "" };
  ownerDocument = new Page();
  /** @type {Set<number>} */
  captured = new Set();

  setPointerCapture(/** @type {number} */ pointerId) {
    this.captured.add(pointerId);
  }

  hasPointerCapture(/** @type {number} */ pointerId) {
    return this.captured.has(pointerId);
  }
}

/** @type {Box} */
let box;
/** @type {Pointer} */
let pointer;
/** @type {string[]} what the program hears: "type button [buttons] of so many fingers" */
let heard;

beforeEach(() => {
  box = new Box();
  heard = [];
  const hear = (/** @type {Record<string, any>} */ { button, buttons, ntouches }, type = "move") =>
    heard.push(`${type} ${button} [${buttons}]` + (ntouches ? ` of ${ntouches}` : ""));
  const element = /** @type {HTMLElement} */ (/** @type {unknown} */ (box));
  const surroundings = { locate: (/** @type {any} */ point) => point, focused: () => true, focus() {} };
  pointer = new Pointer(element, surroundings, {
    move: (fields) => hear(fields),
    edge: (type, fields) => {
      if (type === "wheel") heard.push("wheel");
      else hear(fields, type.replace("pointer_", ""));
    },
  });
  pointer.enabled = true;
});

/**
 * @param {Happening} happening
 * @param {EventTarget} [target]
 */
function happen({ type, at = 0, ...fields }, target = box) {
  const event = new Event(type);
  const none = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
  const mouse = { pointerId: 1, pointerType: "mouse", isPrimary: true, button: -1, buttons: 0 };
  Object.assign(event, none, mouse, { clientX: at, clientY: at, pressure: 0.5 }, fields);
  target.dispatchEvent(event);
}

/**
 * @param {number} pointerId
 * @param {string} type
 * @param {Partial<Happening>} [fields]
 */
function finger(pointerId, type, fields = {}) {
  const isDown = type === "pointerdown" || type === "pointermove";
  const button = type === "pointermove" ? -1 : 0;
  happen({ pointerId, type, pointerType: "touch", button, buttons: isDown ? 1 : 0, ...fields });
}

test("a button that came up where nobody told is up with the next move", () => {
  happen({ type: "pointerdown", button: 0, buttons: 1 });
  happen({ type: "pointermove", buttons: 1 });
  happen({ type: "pointermove", buttons: 0 });
  assert.deepEqual(heard, ["down 1 [1]", "move 0 [1]", "up 1 []", "move 0 []"]);
});

test("of two buttons the one that is still held stays down", () => {
  happen({ type: "pointerdown", button: 0, buttons: 1 });
  happen({ type: "pointermove", button: 2, buttons: 3 });
  happen({ type: "pointermove", buttons: 2 });
  assert.deepEqual(heard.slice(2), ["up 1 [2]", "move 0 [2]"]);
});

test("a press after a release that nobody told goes down again", () => {
  happen({ type: "pointerdown", button: 0, buttons: 1 });
  happen({ type: "pointerdown", button: 0, buttons: 1 });
  assert.deepEqual(heard, ["down 1 [1]", "up 1 []", "down 1 [1]"]);
});

test("a pointer that is lost holds nothing down", () => {
  happen({ type: "pointerdown", button: 0, buttons: 1 });
  happen({ type: "lostpointercapture" }, box.ownerDocument);
  assert.deepEqual(heard, ["down 1 [1]", "up 1 []"]);
});

test("a pointer that is lost in a document that the box came to later holds nothing down", () => {
  box.ownerDocument = new Page();
  happen({ type: "pointerdown", button: 0, buttons: 1 });
  happen({ type: "lostpointercapture" }, box.ownerDocument);
  assert.deepEqual(heard, ["down 1 [1]", "up 1 []"]);
});

test("a pointer that is lost before the box had it holds nothing down", () => {
  for (const come of ["pointermove", "pointerenter"]) {
    heard.length = 0;
    happen({ type: "pointerdown", button: 0, buttons: 1 });
    box.captured.clear();
    happen({ type: come, buttons: 1 });
    assert.deepEqual(heard.slice(0, 2), ["down 1 [1]", "up 1 []"]);
    assert.match(heard[2] ?? "", /^(move|enter) 0 \[\]$/);
  }
});

test("the loss after a release tells nothing more", () => {
  happen({ type: "pointerdown", button: 0, buttons: 1 });
  happen({ type: "pointerup", button: 0 });
  happen({ type: "lostpointercapture" }, box.ownerDocument);
  assert.deepEqual(heard, ["down 1 [1]", "up 1 []"]);
});

test("no button of a pointer that is not ours goes down", () => {
  // Pressed outside and drawn here, where another button joins.
  happen({ type: "pointermove", buttons: 1 });
  happen({ type: "pointermove", button: 2, buttons: 3 });
  happen({ type: "pointerup", button: 0 });
  assert.deepEqual(heard, ["move 0 []"]);
  // Nor after the loss of one that was.
  heard.length = 0;
  happen({ type: "pointerdown", button: 0, buttons: 1 });
  happen({ type: "lostpointercapture" }, box.ownerDocument);
  happen({ type: "pointermove", button: 2, buttons: 3 });
  assert.deepEqual(heard, ["down 1 [1]", "up 1 []"]);
});

test("a finger that is lost is gone, wherever it moves and is lifted", () => {
  finger(7, "pointerdown");
  happen({ type: "lostpointercapture", pointerId: 7, pointerType: "touch" }, box.ownerDocument);
  finger(7, "pointermove");
  finger(8, "pointerdown", { at: 300 });
  finger(8, "pointermove", { at: 100 });
  finger(8, "pointerup", { at: 100 });
  finger(7, "pointerup");
  assert.deepEqual(heard, ["down 1 [1] of 1", "up 1 []", "down 1 [1] of 1", "move 0 [1] of 1", "up 1 []"]);
});

test("a first finger lifts those of which nobody told", () => {
  finger(7, "pointerdown");
  finger(8, "pointerdown", { at: 300, isPrimary: false });
  finger(9, "pointerdown");
  assert.deepEqual(heard.slice(2), ["up 1 [1] of 1", "up 1 []", "down 1 [1] of 1"]);
});

test("a mouse that moves beside a finger lifts it not", () => {
  finger(7, "pointerdown");
  happen({ type: "pointermove" });
  finger(7, "pointerup");
  assert.deepEqual(heard, ["down 1 [1] of 1", "move 0 [1] of 1", "up 1 []"]);
});

test("a button that is pressed beside a finger comes up with its release", () => {
  finger(7, "pointerdown");
  happen({ type: "pointerdown", button: 2, buttons: 2 });
  finger(7, "pointerup");
  happen({ type: "pointermove", buttons: 2 });
  happen({ type: "pointerup", button: 2 });
  const said = ["down 1 [1] of 1", "down 2 [1,2] of 1", "up 1 [2]", "move 0 [2]", "up 2 []"];
  assert.deepEqual(heard, said);
});
