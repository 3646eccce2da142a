"""The log of what an operator reads afterwards: workers come and go, tasks fail for good, something is wrong."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from apportion.events import (
    Fact,
    StoreTroubled,
    StrategyFailed,
    TaskAssigned,
    TaskFact,
    TaskFailed,
    TaskQueued,
    TaskRequeued,
    TasksPlaced,
    TaskSucceeded,
    WorkerFact,
)

_log = logging.getLogger("apportion.events")

FIELDS: Final = "apportion"
"""The attribute of a log record that holds what its message says as names and values, for logs that programs read."""

_LONGEST: Final = 500
"""Characters of a message: an error may be all that a command printed, and the task itself keeps that."""


def note(fact: Fact) -> None:
    """Take in what has happened; an observer. What happens to every task at all times is no news and left out."""
    if type(fact) in _NO_NEWS:
        return
    if isinstance(fact, WorkerFact):
        reason = f": {fact.reason}" if fact.reason else ""
        _write(
            logging.INFO,
            fact,
            f"worker {fact.worker_id!r} {_WORKERS.get(fact.kind, fact.kind)}{reason}",
            worker_id=fact.worker_id,
        )
    elif isinstance(fact, TaskFailed):
        _write(logging.WARNING, fact, f"task {fact.task_id!r} failed: {fact.task.error}", **_who(fact))
    elif isinstance(fact, TaskRequeued) and not fact.counted:
        message = f"task {fact.task_id!r} was taken from worker {fact.worker_id!r}: {fact.reason}"
        _write(logging.INFO, fact, message, **_who(fact))
    elif isinstance(fact, StrategyFailed):
        message = f"the strategy {fact.strategy!r} failed and placed nothing: {fact.problem}"
        _write(logging.ERROR, fact, message, strategy=fact.strategy)
    elif isinstance(fact, StoreTroubled):
        _write(logging.ERROR, fact, f"the store refused to write, it is tried again: {fact.problem}")


_NO_NEWS: Final = frozenset({TaskQueued, TaskAssigned, TaskSucceeded, TasksPlaced})

_WORKERS: Final[Mapping[str, str]] = {
    "worker-registered": "is there",
    "worker-draining": "is draining",
    "worker-rested": "rests or is back",
    "worker-gone": "is gone",
}


def _who(fact: TaskFact) -> dict[str, Any]:
    task = fact.task
    return {
        "task_id": task.id,
        "task_type": task.task_type,
        "tenant": task.tenant,
        "attempt": task.attempt,
        "worker_id": task.assigned_worker,
    }


def _write(level: int, fact: Fact, message: str, **fields: Any) -> None:
    # %s and one line: what a client or worker wrote starts no line of its own.
    _log.log(level, "%s", _one_line(message), extra={FIELDS: {"event": fact.kind, "happened_at": fact.at, **fields}})


def _one_line(text: str) -> str:
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return text if text.isprintable() else "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
