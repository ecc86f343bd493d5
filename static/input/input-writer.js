/**
 * In which order input goes onto the wire.
 *
 * An *edge* (button, key, wheel, focus, resize) goes on `input`, ordered and reliable. Moves go on
 * `pointer`, where they overtake and may be lost, once per animation frame. So that nothing depends
 * on a lost one, the last move before an edge and the last before rest go on `input` as well.
 *
 * @module
 */

/** @typedef {Record<string, unknown>} Fields */
/** @typedef {{fields: Fields, time: number}} Move */

/**
 * Where messages go. `pointer` answers false while its channel has no room: a move then waits to
 * be replaced by a newer one.
 *
 * @typedef {object} InputChannels
 * @property {(message: Fields) => void} input
 * @property {(message: Fields) => boolean} pointer
 */

/**
 * Calls back once: at the next animation frame, or after some milliseconds. Each returns what
 * takes the call back.
 *
 * @typedef {object} Clock
 * @property {(call: () => void) => () => void} frame
 * @property {(call: () => void, milliseconds: number) => () => void} after
 */

/** Milliseconds without a move that count as rest. */
const REST = 100;

/** @type {Clock} */
const browserClock = {
  frame(call) {
    const id = requestAnimationFrame(call);
    return () => cancelAnimationFrame(id);
  },
  after(call, milliseconds) {
    const id = setTimeout(call, milliseconds);
    return () => clearTimeout(id);
  },
};

/** The input of one connection. */
export class InputWriter {
  /** @type {InputChannels} */
  #channels;
  /** @type {Clock} */
  #clock;
  #seq;
  /** The `seq` of the newest message on `input`. */
  #edge = 0;
  /** @type {Move | null} the newest move while it was not sent at all */
  #pending = null;
  /** @type {Move | null} the newest move while it was not sent on `input` */
  #unsettled = null;
  /** @type {(() => void) | null} */
  #cancelFrame = null;
  /** @type {(() => void) | null} */
  #cancelRest = null;

  /**
   * @param {InputChannels} channels
   * @param {Clock} [clock]
   * @param {number} [after] the `seq` of the last message of the connection before, which may have
   *   been the same peer's
   */
  constructor(channels, clock = browserClock, after = 0) {
    this.#channels = channels;
    this.#seq = after;
    this.#clock = clock;
  }

  /** The `seq` of the newest message. */
  get seq() {
    return this.#seq;
  }

  /**
   * Take a move; only the newest counts.
   *
   * @param {Fields} fields
   * @param {number} time seconds on the page's monotonic clock
   */
  move(fields, time) {
    this.#pending = this.#unsettled = { fields, time };
    this.#cancelFrame ??= this.#clock.frame(() => this.#flush());
    this.#cancelRest?.();
    this.#cancelRest = this.#clock.after(() => this.#settle(), REST);
  }

  /**
   * Send an edge at once, after the last move before it.
   *
   * @param {string} type
   * @param {Fields} fields
   * @param {number} time seconds on the page's monotonic clock
   */
  edge(type, fields, time) {
    this.#settle();
    this.#sendInput(type, fields, time);
  }

  /** Forget what was not sent; nothing more will be. */
  stop() {
    this.#pending = this.#unsettled = null;
    this.#cancelTimers();
  }

  #flush() {
    this.#cancelFrame = null;
    const move = this.#pending;
    if (!move) return;
    const message = this.#message("pointer_move", move.fields, move.time, this.#seq + 1);
    if (this.#channels.pointer({ ...message, edge: this.#edge })) {
      this.#seq += 1;
      this.#pending = null;
    } else {
      this.#cancelFrame = this.#clock.frame(() => this.#flush());
    }
  }

  #settle() {
    this.#cancelTimers();
    const move = this.#unsettled;
    this.#pending = this.#unsettled = null;
    if (move) this.#sendInput("pointer_move", move.fields, move.time);
  }

  /**
   * @param {string} type
   * @param {Fields} fields
   * @param {number} time
   */
  #sendInput(type, fields, time) {
    this.#edge = this.#seq += 1;
    this.#channels.input(this.#message(type, fields, time, this.#seq));
  }

  /**
   * @param {string} type
   * @param {Fields} fields
   * @param {number} time
   * @param {number} seq
   * @returns {Fields}
   */
  #message(type, fields, time, seq) {
    return { type, seq, t: time, ...fields };
  }

  #cancelTimers() {
    this.#cancelFrame?.();
    this.#cancelRest?.();
    this.#cancelFrame = this.#cancelRest = null;
  }
}
