// Decisions in words: from what was recorded of them, whichever strategy decided.

import { number, percent, plural } from "./format.js";

const HOW = {
  certain: "it stood out",
  drawn: "drawn by lot among those that could be best",
  probe: "tried again, since it had not been for long",
  sample: "the best of a sample of the fleet",
  plan: "matched together with the other waiting tasks",
  own: "by a strategy of your own",
};

export function whyShort(decision, worker) {
  if (!decision) return "not recorded";
  const { eligible, how } = decision;
  if (eligible === undefined) return `${decision.strategy ?? "?"}, of ${decision.workers ?? "?"} workers`;
  if (eligible === 1) return "the only one that could";
  if (how === "probe") return `not tried for long; ${eligible} could`;
  const parts = [];
  const value = decision.scores?.[worker];
  const others = Object.entries(decision.scores ?? {}).filter(([name, each]) => name !== worker && !isTrial(decision, each));
  if (value !== undefined && others.length) {
    parts.push(`${lowerIsBetter(decision) ? "cost" : "score"} ${number(value)}, next best ${number(best(decision, others)[1])}`);
  } else if (how === "sample") parts.push("the best of a sample");
  parts.push(`${eligible} could`);
  if (how === "plan") parts.push("matched with the queue");
  if (how === "drawn" && decision.probability < 1) parts.push(`chance of ${percent(decision.probability)}`);
  return parts.join("; ");
}

// A worker that is due for a trial costs nothing in the adaptive strategy's eyes.
export const isTrial = (decision, value) => lowerIsBetter(decision) && value === 0;

export const lowerIsBetter = (decision) => decision.strategy === "adaptive";

function best(decision, entries) {
  const sign = lowerIsBetter(decision) ? 1 : -1;
  return entries.reduce((one, other) => (sign * other[1] < sign * one[1] ? other : one));
}

// The story of one decision, a sentence each.
export function whyLong(decision, worker) {
  if (!decision) return [];
  const said = [];
  const many = decision.considered > 1 ? `, together with ${plural(decision.considered - 1, "other")} at the front of the queue` : "";
  said.push(`The strategy ${decision.strategy} chose ${worker || "a worker"}${many}; ${decision.waiting ?? "?"} tasks waited, ${decision.workers ?? "?"} workers were registered.`);
  if (decision.eligible !== undefined) {
    said.push(decision.eligible === 1 ? "It was the only worker that could take the task." : `${decision.eligible} workers could have taken it.`);
  }
  if (decision.how && decision.eligible !== 1) said.push(`How: ${HOW[decision.how] ?? decision.how}.`);
  if (decision.probability !== undefined && decision.probability !== null && decision.probability < 1) {
    said.push(`Chance was in it: this worker was chosen with a probability of ${percent(decision.probability)}.`);
  }
  if (decision.votes?.length) said.push(`These strategies wanted the same worker: ${decision.votes.join(", ")}.`);
  return said;
}

export const REJECTIONS = {
  offline: "is not there",
  draining: "is draining",
  overloaded: "is overloaded or resting",
  "task-type": "does not accept this type",
  "missing-capability": "lacks a capability",
  "insufficient-capacity": "has no room",
  "anti-affinity": "is excluded by the task",
  constraint: "fails a constraint",
  custom: "fails a rule of your own",
  "cooling-down": "cools down after failures",
  limited: "a limit is reached",
};
