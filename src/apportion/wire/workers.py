"""Workers on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from apportion.wire.limits import Lease, Name, NotNegative, Number, Text


class Registration(Struct, forbid_unknown_fields=True):
    """What a worker says of itself."""

    capabilities: list[Name]
    max_capacity: NotNegative
    id: Name | None = None
    task_types: list[Name] | None = None
    kind: Name | None = None
    region: Name | None = None
    labels: dict[Name, str | Number | bool] = {}


class Registered(Struct):
    """What a worker is told: its id, which registration this is, and the times to keep."""

    id: str
    incarnation: int
    heartbeat_interval: float
    lease_seconds: float


class Held(Struct, forbid_unknown_fields=True):
    """A task that a worker holds."""

    task_id: Name
    lease: Lease


class HeartbeatBody(Struct, forbid_unknown_fields=True):
    """A sign of life that renews leases: those that it names, or all."""

    current_load: NotNegative | None = None
    held: list[Held] | UnsetType = UNSET
    incarnation: Lease | None = None


class HeartbeatReply(Struct):
    """What a worker has to know: tasks to stop, and whether it gets nothing new."""

    cancelled: list[str]
    taken_back: list[str]
    draining: bool


class ClaimBody(Struct, forbid_unknown_fields=True):
    """A worker asks for work."""

    max: Annotated[int, Meta(ge=1, le=1000)] = 1
    wait: Annotated[float, Meta(ge=0, le=60)] = 0
    incarnation: Lease | None = None


class Assignment(Struct):
    """A task that is the worker's to run, under this lease; `traceparent` is there if the submit brought one."""

    task_id: str
    task_type: str
    payload: Any
    attempt: int
    lease: int
    timeout: float | None
    traceparent: str | UnsetType = UNSET


class Assignments(Struct):
    """What a claim brought."""

    assignments: list[Assignment]


class Ending(Struct, forbid_unknown_fields=True):
    """How an attempt ended."""

    task_id: Name
    lease: Lease
    success: bool
    result: Raw | UnsetType = UNSET
    error: Text | None = None
    duration: NotNegative = 0
    retry: bool = True
    fault: Literal["task", "worker"] | None = None
    busy_for: NotNegative | None = None


class Completion(Struct, forbid_unknown_fields=True):
    """How an attempt ended, and whose it was; the task is named by the address."""

    worker_id: Name
    lease: Lease
    success: bool
    result: Raw | UnsetType = UNSET
    error: Text | None = None
    duration: NotNegative = 0
    retry: bool = True
    fault: Literal["task", "worker"] | None = None
    busy_for: NotNegative | None = None


class Completions(Struct, forbid_unknown_fields=True):
    """How many attempts of one worker ended."""

    completions: Annotated[list[Ending], Meta(min_length=1, max_length=1000)]


class Completed(Struct, omit_defaults=True):
    """What became of one completion: 200, or 404, 409 or 413 and why."""

    task_id: str
    status: int
    detail: str | None = None


class CompletedMany(Struct):
    """What became of each completion, in their order."""

    completions: list[Completed]


class Release(Struct, forbid_unknown_fields=True):
    """A worker hands back what it has not started."""

    worker_id: Name
    lease: Lease


class WorkerView(Struct):
    """A worker as it is now."""

    id: str
    status: Literal["idle", "busy", "overloaded", "draining", "offline"]
    capabilities: list[str]
    max_capacity: float
    current_load: float
    task_types: list[str] | None
    kind: str | None
    region: str | None
    labels: dict[str, Any]
    metrics: dict[str, Any]
    remote: bool
    incarnation: int
    held: int
    circuit: Literal["closed", "open", "half-open", "slow-start"]
    cooled_until: float | None


class WorkerList(Struct):
    """Workers, and how many are meant in all."""

    items: list[WorkerView]
    total: int


class Done(Struct):
    """It is done."""

    done: bool = True
