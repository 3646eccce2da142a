// The life of a task as steps: from the events that are still kept, and from its record where they are not.

import { plural, seconds } from "./format.js";

export function storyOf(task, history) {
  const events = history?.events ?? [];
  const steps = [];
  if (!history?.complete) steps.push({ at: task.created_at, text: `Submitted by ${task.tenant}.`, tone: "" });
  let queued = task.created_at;
  for (const event of events) {
    steps.push(stepOf(event, queued, task));
    if (event.event === "task-queued" || event.event === "task-requeued") queued = event.at;
  }
  if (!events.length) steps.push(...summedUp(task));
  return steps;
}

function stepOf(event, queued, task) {
  const at = event.at;
  switch (event.event) {
    case "task-queued":
      return event.attempt === 0
        ? { at, text: `Submitted by ${event.tenant}.`, tone: "" }
        : { at, text: "Queued again: somebody retried it.", tone: "" };
    case "task-assigned":
      return { at, text: `Attempt ${event.attempt} given to`, worker: event.worker_id, detail: `after a wait of ${seconds(Math.max(0, at - queued))}`, tone: "run" };
    case "task-requeued":
      return {
        at,
        text: event.counted ? "The attempt failed on" : "The attempt was cut short on",
        worker: event.worker_id,
        detail: [event.reason, event.delay ? `tried again after ${seconds(event.delay)}` : "waits for another worker", event.counted ? "" : "does not count"].filter(Boolean).join("; "),
        tone: event.counted ? "bad" : "warn",
      };
    case "task-succeeded":
      return { at, text: "Succeeded on", worker: event.worker_id, detail: task.duration !== null ? `in ${seconds(task.duration)}` : "", tone: "good" };
    case "task-failed":
      return { at, text: "Failed for good.", detail: event.reason ?? "", tone: "bad" };
    case "task-cancelled":
      return { at, text: "Cancelled.", detail: event.reason === "cancelled" ? "" : (event.reason ?? ""), tone: "warn" };
    default:
      return { at, text: event.event, tone: "" };
  }
}

function summedUp(task) {
  const steps = [];
  if (task.assigned_at) {
    const before = task.attempt > 1 ? `after ${plural(task.attempt - 1, "attempt")} before` : "";
    steps.push({ at: task.assigned_at, text: `Attempt ${task.attempt} given to`, worker: task.assigned_worker, detail: before, tone: "run" });
  }
  if (task.finished_at) {
    const tones = { succeeded: "good", failed: "bad", cancelled: "warn" };
    const texts = { succeeded: "Succeeded.", failed: "Failed for good.", cancelled: "Cancelled." };
    steps.push({ at: task.finished_at, text: texts[task.state] ?? task.state, detail: task.error ?? "", tone: tones[task.state] ?? "" });
  }
  return steps;
}
