"""What is written to a store, and which tasks are meant when it is read.

Changes are made several times a task and never change: to have Python see to that would cost more than making them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task


@dataclass(slots=True)
class Insert:
    """Write a new task. Fails where its id, or its (tenant, idempotency key), is there already."""

    task: Task


@dataclass(slots=True)
class Transition:
    """Compare-and-set: write ``task`` where the stored one is still in this state under this lease.

    What a client gave (payload, requirements, tenant, limits) never changes and is not written again. The decision is
    written by an assignment that brings one, and stays otherwise.
    """

    task: Task
    from_state: TaskState
    from_lease: int


@dataclass(slots=True)
class Forget:
    """Delete a task that has ended; no effect on others."""

    task_id: str


@dataclass(slots=True)
class Remember:
    """Keep a named document (what was learned, a run's header) as JSON, replacing the one of that name."""

    name: str
    document: Any


@dataclass(slots=True)
class Note:
    """Append a line to the record of decisions: JSON, with the Unix seconds at which it was written."""

    at: float
    line: Any


@dataclass(slots=True)
class ForgetNotes:
    """Delete lines of the record from the oldest on, up to the first that was not written before ``before``.

    At most ``most`` at once, so that no commit takes long; no effect where there is none.
    """

    before: float
    most: int = 10_000


Change = Insert | Transition | Forget | Remember | Note | ForgetNotes


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks are meant; None: no condition."""

    state: TaskState | None = None
    task_type: str | None = None
    tenant: str | None = None
    worker: str | None = None
