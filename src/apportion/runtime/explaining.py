"""Why a submitted task is where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.core.steps import Steps
from apportion.model.explanation import Explanation
from apportion.model.lifecycle import TaskState
from apportion.model.plain import Plain
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.runtime.books import needs
from apportion.runtime.machine import Machine
from apportion.runtime.moment import Moment
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
    task: Task,
    machine: Machine,
    pool: WorkerPool,
    balancer: LoadBalancer,
    now: Moment,
    most: int | None = None,
    seen: Callable[[WorkerInfo], WorkerInfo] | None = None,
) -> Steps[TaskExplanation]:
    """Return, in steps, why a task is where it is.

    Args:
        task: its record.
        machine: knows what hinders it.
        pool: who is there.
        balancer: would decide.
        now: the moment.
        most: how many workers are named; None: all.
        seen: turns a worker of the pool into what it is judged by.
    """
    if task.state is not TaskState.QUEUED:
        return TaskExplanation(task.id, task.state, _past(task), task.decision, None)
    hindrances = machine.hindrances(task, now.steady)
    found = yield from balancer.explaining(needs(task), pool, most, seen)
    reason = _waits_for(task, found, now.wall, hindrances)
    return TaskExplanation(task.id, task.state, reason, task.decision, found)


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
