"""New versions of a task's record, along the one table of transitions."""

from __future__ import annotations

from typing import Any

from apportion.model.lifecycle import TaskState, allowed
from apportion.model.task_record import Task, with_fields
from apportion.model.trace_context import span_of
from apportion.ports import Attempt, Transition
from apportion.runtime.ranking import expiry_of


def changed(task: Task, **fields: Any) -> Task:
    """Return a copy with some fields changed, unchecked: the machine's own values need no validation."""
    return with_fields(task, fields)


def moved(task: Task, state: TaskState, **fields: Any) -> Transition:
    """Return the transition of ``task`` to ``state``.

    Raises:
        AssertionError: the table does not allow it; the machine never asks for such a thing.
    """
    assert allowed(task.state, state), f"task {task.id!r} cannot go from {task.state} to {state}"
    fields["state"] = state
    return Transition(with_fields(task, fields), task.state, task.lease)


def queued(task: Task, rank: float, wall: float, **fields: Any) -> Transition:
    """Return the transition of ``task`` to the queue."""
    expires = expiry_of(task, rank, wall)
    return moved(task, TaskState.QUEUED, rank=rank, queued_at=wall, expires=expires, **fields)


def attempt_of(task: Task) -> Attempt:
    """Return the attempt that an assigned task's record describes."""
    trace = task.traceparent
    return Attempt(
        task.id,
        task.task_type,
        task.payload,
        task.assigned_worker or "",
        task.attempt,
        task.lease,
        task.timeout,
        None if trace is None else str(span_of(task.id, trace, f"run {task.attempt}")),
    )
