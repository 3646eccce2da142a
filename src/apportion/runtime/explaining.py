"""Why a submitted task is where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apportion.core.balancer import LoadBalancer
from apportion.model.explanation import Explanation
from apportion.model.lifecycle import TaskState
from apportion.model.plain import Plain
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.runtime.books import needs
from apportion.runtime.ranking import due_of, parked


@dataclass(frozen=True)
class TaskExplanation(Plain):
    """Why a task is where it is.

    Attributes:
        task_id: the task.
        state: where it is in its life.
        reason: one sentence.
        decision: the decision that placed it last, or None.
        now: for a task that waits: what would be decided for it now; for the others None.
    """

    task_id: str
    state: TaskState
    reason: str
    decision: dict[str, Any] | None
    now: Explanation | None

    def __str__(self) -> str:
        return f"task {self.task_id} is {self.state}: {self.reason}" + (f"\n{self.now}" if self.now else "")


def explain_task(
    task: Task, balancer: LoadBalancer, workers: Sequence[WorkerInfo], wall: float, hindrances: Sequence[str] = ()
) -> TaskExplanation:
    """Return why a task is where it is.

    Args:
        task: its record.
        balancer: would decide.
        workers: who is there.
        wall: Unix seconds.
        hindrances: what else keeps it from starting, or keeps workers from taking it.
    """
    if task.state is not TaskState.QUEUED:
        return TaskExplanation(task.id, task.state, _past(task), task.decision, None)
    now = balancer.explain(needs(task), workers)
    return TaskExplanation(task.id, task.state, _waits_for(task, now, wall, hindrances), task.decision, now)


def _waits_for(task: Task, now: Explanation, wall: float, hindrances: Sequence[str]) -> str:
    if parked(task):
        return hindrances[0] if hindrances else f"it waits for {', '.join(task.after)} to succeed"
    due = due_of(task)
    if due is not None and due > wall:
        again = f" after {task.failures} failed attempts, the last: {task.error}" if task.failures else ""
        return f"it starts in {due - wall:.1f} s at the earliest{again}"
    if hindrances:
        return "; ".join(hindrances)
    if now.outcome == "worker":
        return "a worker has room; others are before it in the queue"
    if now.outcome == "impossible":
        return "no worker that is there could ever take it"
    return "the workers that could take it are full"


def _past(task: Task) -> str:
    where = f"worker {task.assigned_worker}, attempt {task.attempt}" if task.assigned_worker else "no worker had it"
    if task.state is TaskState.ASSIGNED:
        return f"held by {where}"
    return f"{task.error or 'done'} ({where})"
