import assert from "node:assert/strict";
import { test } from "node:test";

import { Questions } from "../../static/probe/questions.js";

/** @typedef {import("../../static/picture/identities.js").Identity} Identity */
/** @typedef {import("../../static/input/input-writer.js").Fields} Fields */

/** @type {Identity} */
const SHOWN = { picture: 7, content: 7, id: "seven", renderTime: 1.5, seq: 0 };
const QUESTION = {
  point: { x: 3, y: 4 },
  logical: /** @type {const} */ ([64, 48]),
  identity: () => /** @type {Identity | null} */ (SHOWN),
};

/** Questions, and what they sent. */
function asking() {
  /** @type {Fields[]} */
  const sent = [];
  const app = (/** @type {Fields} */ message) => sent.push(message) > 0;
  const questions = new Questions(() => ({ channels: { app } }));
  return { questions, sent };
}

/** What is due at once has happened. */
function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * @param {Fields | undefined} question
 */
function answerTo(question) {
  const probe = /** @type {number} */ (question?.probe);
  return { probe, value: probe * 10, text: `${probe * 10}`, error: null };
}

test("a question names the picture on the screen, and its answer too", async () => {
  const { questions, sent } = asking();
  const answer = questions.ask(QUESTION);
  await settled();
  assert.deepEqual(sent, [
    { type: "probe", probe: 1, picture: 7, x: 3, y: 4, logical: [64, 48] },
  ]);
  questions.answered(answerTo(sent[0]));
  assert.deepEqual(await answer, { value: 10, text: "10", picture: 7, id: "seven" });
});

test("answers in another order find their questions", async () => {
  const { questions, sent } = asking();
  const answers = [questions.ask(QUESTION), questions.ask(QUESTION)];
  while (sent.length < 2) await settled();
  for (const question of [...sent].reverse()) {
    questions.answered(answerTo(question));
  }
  assert.deepEqual((await Promise.all(answers)).map(({ value }) => value), [10, 20]);
  questions.answered(answerTo(sent[0]));
});

test("an error is the sentence that the server said", async () => {
  const { questions } = asking();
  const answer = questions.ask(QUESTION);
  await settled();
  questions.answered({ probe: 1, value: null, text: "", error: "No." });
  await assert.rejects(answer, { name: "Error", message: "No." });
});

test("a picture is asked about once the server has told which it is", async () => {
  const { questions, sent } = asking();
  /** @type {Identity | null} */
  let identity = null;
  questions.ask({ ...QUESTION, identity: () => identity });
  await settled();
  questions.identified();
  await settled();
  assert.equal(sent.length, 0);
  identity = SHOWN;
  questions.identified();
  await settled();
  assert.equal(sent[0]?.picture, 7);
});

test("nor is it waited for once the connection has ended", async () => {
  const { questions } = asking();
  const answer = questions.ask({ ...QUESTION, identity: () => null });
  questions.drop();
  await assert.rejects(answer, /no connection/);
});

test("a picture that the server never tells is not waited for in vain", async () => {
  const { questions, sent } = asking();
  await assert.rejects(questions.ask({ ...QUESTION, identity: () => null }), /which picture/);
  assert.equal(sent.length, 0);
});

test("so many are under way and no more, and they are paced", async () => {
  const { questions, sent } = asking();
  const start = performance.now();
  const answers = [1, 2, 3, 4].map(() => questions.ask(QUESTION));
  await assert.rejects(questions.ask(QUESTION), /4 questions wait for an answer already/);
  while (sent.length < 4) await settled();
  assert.ok(performance.now() - start > 3 * 50, "20 a second, as the server takes them");
  for (const question of sent) questions.answered(answerTo(question));
  await Promise.all(answers);
  questions.ask(QUESTION);
});

test("what waits when the connection ends, waits no longer", async () => {
  const { questions, sent } = asking();
  const answers = [questions.ask(QUESTION), questions.ask(QUESTION)];
  const rejected = answers.map((answer) => assert.rejects(answer, /no connection/));
  await settled();
  assert.equal(sent.length, 1);
  questions.drop();
  await Promise.all(rejected);
  assert.equal(sent.length, 1, "the second one's picture was another connection's");
});

test("without a connection there is an answer at once", async () => {
  for (const connection of [null, { channels: { app: () => false } }]) {
    const questions = new Questions(() => connection);
    await assert.rejects(questions.ask(QUESTION), /no connection/);
  }
});

test("what is no point is not asked about", async () => {
  const { questions } = asking();
  await assert.rejects(questions.ask({ ...QUESTION, point: null }), /not over the picture/);
  const point = { x: 3, y: NaN };
  await assert.rejects(questions.ask({ ...QUESTION, point }), /two numbers or nothing, got 3 and/);
  await assert.rejects(questions.ask({ ...QUESTION, logical: undefined }), /which picture/);
});
