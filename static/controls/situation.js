/**
 * What the page says about the state it is in. Pure.
 *
 * @module
 */

/** @typedef {import("../session/state.js").StateName} StateName */
/** @typedef {import("../problem.js").ProblemCode} ProblemCode */
/** @typedef {import("../session/diagnosis.js").Finding} Finding */

/**
 * @typedef {object} Situation
 * @property {StateName} state
 * @property {ProblemCode | null} code
 * @property {string} reason
 * @property {string} advice
 * @property {readonly Finding[]} findings what was tried, where that is known
 * @property {boolean} steering
 * @property {boolean} mayOnlyWatch whether the server never lets its user steer
 * @property {boolean} viewOnly
 * @property {boolean} picture whether one is on the screen
 * @property {string | null} notice what the server wants to be told
 * @property {string | null} remark what is worth telling for a moment, in the notice's place
 */

/**
 * `tone`: colour and sign. `action`: what a button offers, empty for none. `lasting`: whether it
 * stays in sight. `covers`: whether it takes the place of the picture.
 *
 * @typedef {object} Saying
 * @property {"busy" | "live" | "watch" | "warn" | "bad" | "off"} tone
 * @property {string} title
 * @property {string} detail
 * @property {string} advice
 * @property {readonly Finding[]} findings
 * @property {string} action
 * @property {boolean} lasting
 * @property {boolean} covers
 */

/**
 * @param {Situation} situation
 * @returns {Saying}
 */
export function describe(situation) {
  const { state, code, reason, picture, findings } = situation;
  // What is known of each way says more.
  const advice = findings.length ? "" : situation.advice;
  switch (state) {
    case "connecting":
      return say("busy", "Connecting…", { covers: !picture });
    case "reconnecting":
      return say("warn", picture ? "Reconnecting…" : "Trying to connect…", {
        detail: reason,
        advice,
        findings,
        covers: !picture,
      });
    case "failed": {
      const action = code === "choose" ? "" : "Try again";
      return say("bad", "Not connected", { detail: reason, advice, findings, action, covers: true });
    }
    case "closed":
      return say("off", "Closed", { action: "Connect", covers: true });
    case "live":
      return describeLive(situation);
  }
}

/**
 * @param {Situation} situation
 * @returns {Saying}
 */
function describeLive({ steering, mayOnlyWatch, viewOnly, picture, notice, remark }) {
  const told = remark ?? notice;
  if (told) return say("warn", told, { covers: !picture });
  if (!picture) {
    return say("busy", "Connected", {
      detail: "Waiting for the program’s first picture.",
      covers: true,
    });
  }
  if (mayOnlyWatch) return say("watch", "Watching", { detail: "you may only watch", lasting: false });
  if (viewOnly) return say("watch", "Live", { detail: "view only", lasting: false });
  if (steering) return say("live", "Live", { detail: "you steer", lasting: false });
  const action = "Take control";
  return say("watch", "Watching", { detail: "somebody else steers", action, lasting: false });
}

/**
 * @param {Saying["tone"]} tone
 * @param {string} title
 * @param {Partial<Saying>} rest
 * @returns {Saying}
 */
function say(tone, title, rest) {
  const plain = { detail: "", advice: "", findings: [], action: "", lasting: true, covers: false };
  return { tone, title, ...plain, ...rest };
}

/**
 * A saying in one line, for screen readers.
 *
 * @param {Saying} saying
 * @returns {string}
 */
export function inOneLine({ title, detail, advice, findings }) {
  const found = findings.map((each) => `${each.tried}: ${each.found} ${each.advice}`);
  const parts = [title, detail, advice, ...found].map((part) => part.replace(/[….]+$/, "")).filter(Boolean);
  const joined = parts.reduce((line, part) => `${line}${/^[a-z]/.test(part) ? "," : "."} ${part}`);
  return `${joined}.`;
}
