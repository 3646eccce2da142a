"""Takes in how attempts ended, and says who won where one came too late."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from msgspec import UNSET

from apportion.errors import TaskConflictError
from apportion.model.task_record import Task
from apportion.ports import Outcome
from apportion.service.body import require_value
from apportion.service.problems import ProblemError
from apportion.service.service import Service
from apportion.wire.limits import VALUE
from apportion.wire.workers import Completion, Ending


def complete(service: Service, task_id: str, worker_id: str, ending: Ending | Completion) -> asyncio.Future[Any]:
    """Report an ending.

    Raises:
        ProblemError: its result is too large.
        TaskConflictError: by the future: its lease is void.
    """
    return service.distributor.complete(task_id, worker_id, ending.lease, outcome_of(ending))


def outcome_of(ending: Ending | Completion) -> Outcome:
    """Return an ending as the machine takes it in.

    Raises:
        ProblemError: its result is too large.
    """
    result = None
    if ending.result is not UNSET:
        require_value("result", ending.result, VALUE)
        result = msgspec.json.decode(ending.result)
    return Outcome(
        ending.success,
        result=result,
        error=ending.error,
        duration=ending.duration,
        retry=ending.retry,
        fault=ending.fault,
        busy_for=ending.busy_for,
    )


async def conflict_of(service: Service, task_id: str, error: TaskConflictError) -> ProblemError:
    """Return the answer to a stale verb: which state and lease won; 404 where there is no such task.

    Raises:
        UnknownTaskError: there is no such task.
    """
    task = await service.distributor.task(task_id)
    detail = str(error) if error.state == task.state.value else _too_late(task)
    return ProblemError(409, detail, state=task.state.value, lease=task.lease, remedy="stop the work")


def _too_late(task: Task) -> str:
    """Say of a task that the machine has forgotten, because it ended, what the store knows."""
    winner = f", under lease {task.lease} of worker {task.assigned_worker!r}" if task.lease else ""
    return f"task {task.id!r} is {task.state.value}{winner}; nothing was changed, stop the work"
