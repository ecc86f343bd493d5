/**
 * Questions to the program about the picture on the screen, and their answers.
 *
 * @module
 */

/** @typedef {import("../picture/geometry.js").Point} Point */
/** @typedef {import("../picture/geometry.js").Size} Size */
/** @typedef {import("../picture/identities.js").Identity} Identity */
/** @typedef {import("../input/input-writer.js").Fields} Fields */

/**
 * @typedef {object} Value
 * @property {unknown} value what the program's probe returned; null for nan and infinity
 * @property {string} text the same, as it is to be shown
 * @property {number} picture the number of the picture that it is about
 * @property {number | string | null} id the program's own name for that picture
 */

/**
 * @typedef {object} Question
 * @property {Point | null} point logical; null where none is pointed at
 * @property {Size | undefined} logical the range of such points, where there is a picture
 * @property {() => Identity | null} identity of the picture on the screen; null as long as the
 *   server has not told it
 */

/** @typedef {{channels: {app: (message: Fields) => boolean}}} Connection where a message may be sent */
/** @typedef {{probe: number, value: unknown, text: string, error: string | null}} Answer */

/** Questions under way at once, and milliseconds between two, as the server takes them. */
const MOST = 4;
const PACE = 55;

/** Milliseconds within which the server tells which picture a frame shows, if it does at all. */
const PATIENCE = 1000;

export class Questions {
  #connection;
  #number = 0;
  #underWay = 0;
  /** When the next one may be sent. */
  #free = 0;
  /** Rises with each connection that ends: what was asked in it is void. */
  #ended = 0;
  /** @type {Map<number, {resolve: (answer: Answer) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();
  /** @type {Set<{look: () => void, reject: (error: Error) => void}>} */
  #unidentified = new Set();

  /**
   * @param {() => Connection | null} connection the one to the program, null while there is none
   */
  constructor(connection) {
    this.#connection = connection;
  }

  /**
   * @param {Question} question
   * @returns {Promise<Value>}
   */
  async ask({ point, logical, identity }) {
    if (!point) throw new Error("The pointer is not over the picture.");
    if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) {
      throw new TypeError(`probe() takes two numbers or nothing, got ${point.x} and ${point.y}.`);
    }
    if (!this.#connection()) throw lost();
    if (!logical) throw unknown();
    if (this.#underWay >= MOST) {
      throw new Error(`${MOST} questions wait for an answer already; ask again after one.`);
    }
    this.#underWay++;
    const ended = this.#ended;
    try {
      const { picture, id } = await this.#identified(identity);
      await this.#turn();
      if (ended !== this.#ended) throw lost();
      const { value, text } = await this.#exchange({ picture, x: point.x, y: point.y, logical });
      return { value, text, picture, id };
    } finally {
      this.#underWay--;
    }
  }

  /**
   * @param {Answer} answer
   */
  answered(answer) {
    const waiting = this.#waiting.get(answer.probe);
    this.#waiting.delete(answer.probe);
    if (answer.error === null) waiting?.resolve(answer);
    else waiting?.reject(new Error(answer.error));
  }

  /** The server told which picture some frame shows, or another frame is on the screen. */
  identified() {
    for (const { look } of this.#unidentified) look();
  }

  /** The connection ended. */
  drop() {
    this.#ended++;
    for (const { reject } of [...this.#waiting.values(), ...this.#unidentified]) reject(lost());
    this.#waiting.clear();
    this.#unidentified.clear();
  }

  /**
   * @param {() => Identity | null} identity
   * @returns {Promise<Identity>} once it is known
   */
  async #identified(identity) {
    const known = identity();
    if (known) return known;
    /** @type {{look: () => void, reject: (error: Error) => void} | undefined} */
    let waiting;
    const later = new Promise((resolve, reject) => {
      const look = () => {
        const told = identity();
        if (told) resolve(told);
      };
      this.#unidentified.add((waiting = { look, reject }));
    });
    const timer = setTimeout(() => waiting?.reject(unknown()), PATIENCE);
    try {
      return await later;
    } finally {
      clearTimeout(timer);
      if (waiting) this.#unidentified.delete(waiting);
    }
  }

  /** Wait until the next one may be sent. */
  async #turn() {
    const now = performance.now();
    const turn = Math.max(now, this.#free);
    this.#free = turn + PACE;
    if (turn > now) await new Promise((resolve) => setTimeout(resolve, turn - now));
  }

  /**
   * @param {Fields} question
   * @returns {Promise<Answer>}
   */
  #exchange(question) {
    const probe = ++this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting.set(probe, { resolve, reject });
      if (this.#connection()?.channels.app({ type: "probe", probe, ...question })) return;
      this.#waiting.delete(probe);
      reject(lost());
    });
  }
}

function unknown() {
  return new Error("The page does not know which picture it shows.");
}

function lost() {
  return new Error("There is no connection to the program now.");
}
