"""A task with everything that is recorded about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from apportion.model.lifecycle import TaskState
from apportion.model.plain import Plain
from apportion.model.task import TaskRequirements


@dataclass(frozen=True)
class Task(Plain):
    """One task, as the store holds it. What a client gives is checked where it comes in, not here.

    Attributes:
        id: unique; UUIDv7 unless the client gave one.
        task_type: names the handler.
        payload: JSON.
        requirements: what it needs; its ``task_type`` is this task's.
        tenant: whose it is.
        idempotency_key: a second submit with the same key and tenant is this task.
        max_attempts: how many failed attempts end it, >= 1.
        timeout: seconds that one attempt may take, or None.
        not_before: Unix seconds before which it does not start, or None.
        schedule_timeout: seconds that it may wait for a worker, or None.
        after: ids of the tasks that have to succeed before it may start.
        limit_keys: keys of limits over all workers that it counts under, besides its type and tenant.
        traceparent: the span of whoever submitted it, as W3C Trace Context writes it.
        state: where it is in its life.
        attempt: number of assignments so far.
        failures: attempts that failed by themselves; these count against ``max_attempts``.
        deaths: workers that died while they held it.
        lease: the fencing token of the last assignment; it only grows. 0: never assigned.
        assigned_worker: the worker that holds it, or held it last.
        rank: its place in the queue, lower first, written anew whenever it is queued. Priority and the time of queueing
            are one number here, so that waiting counts as much in a store's index as in memory.
        created_at, queued_at, assigned_at, finished_at: Unix seconds; queued_at is the last time it was queued.
        expires: Unix seconds at which it is given up if it still waits then, or None; written whenever it is queued.
        result: what its handler returned, JSON.
        error: why its last attempt, or the task, failed.
        exit_code: of its command, where it is one.
        duration: seconds of the attempt that ended it.
        decision: the decision that placed it last.
    """

    id: str
    task_type: str
    payload: Any = None
    requirements: TaskRequirements = field(default_factory=TaskRequirements)
    tenant: str = "default"
    idempotency_key: str | None = None
    max_attempts: int = 3
    timeout: float | None = None
    not_before: float | None = None
    schedule_timeout: float | None = None
    after: tuple[str, ...] = ()
    limit_keys: tuple[str, ...] = ()
    traceparent: str | None = None
    state: TaskState = TaskState.QUEUED
    attempt: int = 0
    failures: int = 0
    deaths: int = 0
    lease: int = 0
    assigned_worker: str | None = None
    rank: float = 0.0
    created_at: float = 0.0
    queued_at: float = 0.0
    expires: float | None = None
    assigned_at: float | None = None
    finished_at: float | None = None
    result: Any = None
    error: str | None = None
    exit_code: int | None = None
    duration: float | None = None
    decision: dict[str, Any] | None = None

    nested: ClassVar[dict[str, Callable[[Any], Any]]] = {
        "requirements": TaskRequirements.from_dict,
        "state": TaskState,
        "after": tuple,
        "limit_keys": tuple,
    }


def with_fields(task: Task, fields: dict[str, Any]) -> Task:
    """Return a copy with some fields changed, unchecked: in a tenth of the time that ``dataclasses.replace`` takes.

    Args:
        task: what is copied.
        fields: by name; no others than a task has.
    """
    copy: Task = _new(Task)
    _set(copy, "__dict__", task.__dict__ | fields)
    return copy


def of_values(values: Iterable[Any]) -> Task:
    """Return the task whose fields have these values, in their order: unchecked, in a third of the time."""
    task: Task = _new(Task)
    _set(task, "__dict__", dict(zip(_NAMES, values, strict=True)))
    return task


_NAMES = Task.field_names()
_new, _set = object.__new__, object.__setattr__
