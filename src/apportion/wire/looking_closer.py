"""Workers and tasks looked at closely: lists that are filtered and sorted here, and what became of each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from apportion.wire.limits import Name

WorkerSort = Literal["id", "load", "success", "duration", "completed", "held"]


class WorkersQuery(Struct, forbid_unknown_fields=True):
    """Which workers, in which order.

    Attributes:
        status: only those of this status.
        capability: only those that have it.
        search: only those whose id, kind or region contains this, whatever the case.
        sort: by ``id``, ``load`` (share of the capacity), ``success`` (rate), ``duration`` (average), ``completed``
            or ``held``.
        descending: the other way round.
        offset: how many of them to leave out.
        limit: how many at most; None: all.
    """

    status: Literal["idle", "busy", "overloaded", "draining", "offline"] | None = None
    capability: Name | None = None
    search: Annotated[str, Meta(max_length=255)] = ""
    sort: WorkerSort | None = None
    descending: bool = False
    offset: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] | None = None


class LoadHistory(Struct):
    """How loaded a worker was: shares of its capacity at Unix times."""

    at: list[float]
    share: list[float]


class HeldTask(Struct):
    """A task that a worker holds."""

    task_id: str
    task_type: str
    attempt: int
    complexity: float
    since: float | None


class FinishedTask(Struct):
    """A task that a worker finished: for which ``duration`` seconds were needed."""

    task_id: str
    task_type: str | None
    success: bool
    duration: float


class Learned(Struct):
    """What is believed of a worker at a type of task, as in explanations."""

    task_type: str | None
    belief: dict[str, Any]


class WorkerHistory(Struct):
    """What a worker does and did.

    Attributes:
        silent_for: seconds since it called last; None: it is a local one, which need not call.
        paused: why it gets nothing for now; None: it is not paused.
        held: what it holds, up to a hundred.
        recent: what it finished last, newest first.
        learned: for the types that it finished last; empty where no strategy learns.
        load: the last half hour.
    """

    silent_for: float | None
    paused: str | None
    held: list[HeldTask]
    recent: list[FinishedTask]
    learned: list[Learned]
    load: LoadHistory


class TaskHistory(Struct):
    """What happened to a task, oldest first.

    Attributes:
        events: as the event stream gave them, each with its kind as ``event``.
        complete: whether nothing before them is missing: the service keeps a window of events and begins anew when it
            starts.
    """

    events: list[dict[str, Any]]
    complete: bool
