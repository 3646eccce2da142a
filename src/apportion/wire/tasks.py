"""Tasks on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from apportion.wire.limits import Name, NotNegative, Number, Positive

State = Literal["queued", "assigned", "succeeded", "failed", "cancelled"]


class Constraint(Struct, forbid_unknown_fields=True):
    """A condition on a worker's labels."""

    label: Name
    operator: Literal["==", "!=", "<", "<=", ">", ">=", "in", "not-in", "exists"]
    value: str | Number | bool | list[str | Number | bool] | None = None
    weight: Positive | None = None


class Requirements(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What a task needs of a worker, and whom it would rather have."""

    capabilities: list[Name] = []
    complexity: Positive = 1
    priority: Number = 5
    estimated_duration: NotNegative | None = None
    affinity: list[Name] = []
    anti_affinity: list[Name] = []
    avoid: list[Name] = []
    affinity_key: Name | None = None
    constraints: list[Constraint] = []
    deadline: Number | None = None
    explore: bool = True


class TypedRequirements(Requirements, forbid_unknown_fields=True, omit_defaults=True):
    """The requirements of a task that is not submitted."""

    task_type: Name | None = None


class Submission(Struct, forbid_unknown_fields=True):
    """A task as a client gives it."""

    task_type: Name
    payload: Raw | UnsetType = UNSET
    requirements: Requirements | None = None
    id: Name | None = None
    tenant: Name | None = None
    idempotency_key: Name | None = None
    max_attempts: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    timeout: Positive | None = None
    delay: NotNegative = 0
    not_before: Number | None = None
    schedule_timeout: NotNegative | None = None
    after: Annotated[list[Name], Meta(max_length=1000)] = []
    limit_keys: Annotated[list[Name], Meta(max_length=16)] = []
    traceparent: Name | None = None


Submissions = Annotated[list[Submission], Meta(min_length=1, max_length=10_000)]


class Submitted(Struct):
    """The id of a task that was taken."""

    id: str


class SubmittedMany(Struct):
    """The ids of tasks that were taken, in their order."""

    ids: list[str]


class TaskView(Struct):
    """A task with everything that is recorded about it."""

    id: str
    task_type: str
    payload: Any
    requirements: dict[str, Any]
    tenant: str
    idempotency_key: str | None
    max_attempts: int
    timeout: float | None
    not_before: float | None
    schedule_timeout: float | None
    after: list[str]
    limit_keys: list[str]
    state: State
    attempt: int
    lease: int
    assigned_worker: str | None
    created_at: float
    assigned_at: float | None
    finished_at: float | None
    result: Any
    error: str | None
    duration: float | None
    decision: dict[str, Any] | None


class TaskPage(Struct):
    """Some tasks, and where the next ones begin."""

    items: list[TaskView]
    next_cursor: str | None


class Changed(Struct):
    """How many tasks were changed."""

    changed: int


class TaskFilters(Struct, forbid_unknown_fields=True):
    """Which tasks are meant."""

    state: State | None = None
    task_type: Name | None = None
    tenant: Name | None = None
    worker: Name | None = None


class PageQuery(TaskFilters, forbid_unknown_fields=True):
    """Which tasks, and how many of them.

    Attributes:
        newest_first: in the order of their ids, the other way round; ids that the service makes grow with time.
        brief: without payloads and results, which may be large.
    """

    newest_first: bool = False
    brief: bool = False
    cursor: Name | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class WaitQuery(Struct, forbid_unknown_fields=True):
    """How long to wait."""

    timeout: Annotated[float, Meta(ge=0, le=300)] = 30


class TasksAwaited(Struct, forbid_unknown_fields=True):
    """Which tasks to wait for, and how long."""

    ids: Annotated[list[Name], Meta(min_length=1, max_length=1000)]
    timeout: Annotated[float, Meta(ge=0, le=300)] = 30


class TasksEnded(Struct):
    """Those of some tasks that have ended, and the ids of the others."""

    items: list[TaskView]
    open: list[str]


class TaskExplained(Struct):
    """Why a task is where it is."""

    task_id: str
    state: State
    reason: str
    decision: dict[str, Any] | None
    now: dict[str, Any] | None
