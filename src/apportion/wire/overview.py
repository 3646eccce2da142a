"""The overview on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from apportion.wire.limits import Name, Number

Severity = Literal["critical", "warning", "notice"]


class OverviewQuery(Struct, forbid_unknown_fields=True):
    """How far back the series are to reach.

    Attributes:
        since: Unix seconds from which on steps are wanted; None: the last ``span`` seconds.
        span: seconds, up to an hour.
    """

    since: Number | None = None
    span: Annotated[float, Meta(ge=5, le=3600)] = 900


class Rates(Struct):
    """What happens a second, and how long tasks wait (seconds), over the last minute."""

    submitted: float
    started: float
    succeeded: float
    failed: float
    wait_p50: float | None
    wait_p95: float | None


class SeriesView(Struct):
    """Steps of time, each a place in every list.

    Attributes:
        step: seconds.
        at: Unix seconds at which a step begins; the last one is under way.
        submitted, started, succeeded, failed, repeated, refused: how often that happened within the step. Of the time
            before the service started, as far as the record of decisions tells.
        waiting, held: tasks at the end of it; None: before the service started.
        wait_p50, wait_p95: seconds that tasks had waited that were started in it; None: none was.
    """

    step: int
    at: list[int]
    submitted: list[int]
    started: list[int]
    succeeded: list[int]
    failed: list[int]
    repeated: list[int]
    refused: list[int]
    waiting: list[int | None]
    held: list[int | None]
    wait_p50: list[float | None]
    wait_p95: list[float | None]


class ShareView(Struct):
    """How many tasks of one type or tenant wait and are held."""

    name: str
    waiting: int
    held: int


class QueueView(Struct):
    """What waits.

    Attributes:
        waiting: tasks that wait, delayed ones included.
        held: tasks that some worker holds.
        limit: above so many, a submit is refused.
        oldest: seconds that the longest waiting task has waited that could start, as far as is in memory; None: none.
        by_type, by_tenant: those with most waiting tasks, up to twenty.
    """

    waiting: int
    held: int
    limit: int
    oldest: float | None
    by_type: list[ShareView]
    by_tenant: list[ShareView]


class FleetView(Struct):
    """The workers as a whole.

    Attributes:
        total: how many are registered.
        by_status: how many are idle, busy, overloaded, draining, offline.
        capacity: units of all that are there.
        load: units that are taken of it.
        loads: how many have a load of up to 10 %, 20 %, … 100 % of their capacity; the first holds those without any.
        full: how many have no unit left.
    """

    total: int
    by_status: dict[str, int]
    capacity: float
    load: float
    loads: list[int]
    full: int


class ActionView(Struct, omit_defaults=True):
    """What can be done about a problem, as a call.

    Attributes:
        label: what a button says.
        method, path, body: the call.
        confirm: what to ask before it; "": nothing.
    """

    label: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    confirm: str = ""


class ProblemView(Struct):
    """Something that somebody should know of.

    Attributes:
        kind: what it is, in one word.
        severity: how bad.
        title: one line.
        detail: what is known of it.
        remedy: what to do about it.
        see: the address of the API that shows it; "": none.
        actions: calls that may mend it.
    """

    kind: str
    severity: Severity
    title: str
    detail: str
    remedy: str
    see: str
    actions: list[ActionView]


class DecisionView(Struct):
    """One decision: who got a task, and what was recorded of why.

    Attributes:
        at: Unix seconds.
        task_id, task_type, tenant, attempt: the task.
        worker_id: who got it.
        waited: seconds from when it could have started.
        decision: what was recorded.
    """

    at: float
    task_id: str
    task_type: str
    tenant: str
    attempt: int
    worker_id: str
    waited: float
    decision: dict[str, Any] | None


class DecisionQuery(Struct, forbid_unknown_fields=True):
    """Which decisions, and how many."""

    task_type: Name | None = None
    worker: Name | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 50


class Decisions(Struct):
    """The last decisions, newest first."""

    items: list[DecisionView]


class ServiceView(Struct):
    """The service itself.

    Attributes:
        version: of Apportion.
        started_at: Unix seconds.
        draining: whether it hands out nothing new.
        strategy: who decides.
        order: what decides within a priority.
    """

    version: str
    started_at: float
    draining: bool
    strategy: str
    order: str


class Overview(Struct):
    """Everything at a glance.

    Attributes:
        at: Unix seconds.
        happened: how much has happened since the service started: while it stays, nothing has changed.
        tasks: state -> how many there are in the store.
        problems: the worst first.
        series: the time that was asked for.
        decisions: the last ones.
    """

    at: float
    happened: int
    service: ServiceView
    tasks: dict[str, int]
    queue: QueueView
    fleet: FleetView
    rates: Rates
    problems: list[ProblemView]
    series: SeriesView
    decisions: list[DecisionView]
