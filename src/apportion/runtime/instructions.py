"""What the machine wants done, in this order: the changes as one commit, then the rest for what the commit accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apportion.events import Fact
from apportion.ports import Attempt, Insert, Note, Remember, Transition

Position = tuple[float, str]
"""A place in the stored queue: rank and id."""


@dataclass(slots=True)
class Start:
    """Have the attempt run; its assignment is durable by then.

    Attributes:
        attempt: what to run.
        claim: the request of the remote worker's claim that it is part of the answer to; 0: it runs here.
    """

    attempt: Attempt
    claim: int = 0


@dataclass(slots=True)
class AnswerClaim:
    """Answer a claim with the attempts that were started for it, and come back with `ClaimAnswered`."""

    request: int
    worker_id: str


@dataclass(slots=True)
class CancelAttempt:
    """Have a running attempt end; nobody waits for its outcome any more, only for the room that it takes."""

    attempt: Attempt


@dataclass(slots=True)
class Emit:
    """Tell the observers."""

    fact: Fact


@dataclass(slots=True)
class Answer:
    """Answer who asked.

    Attributes:
        request: the number that came with the input.
        task_id: the task that it is about, or "".
        value: the answer.
        error: raised in place of an answer.
    """

    request: int
    task_id: str = ""
    value: Any = None
    error: Exception | None = None


@dataclass(slots=True)
class LoadFront:
    """Read the stored queue behind a position, and come back with `FrontLoaded`.

    Attributes:
        after: the position.
        limit: how many tasks at most.
        tenant: whose queue; None: what must not start yet.
    """

    after: Position
    limit: int
    tenant: str | None = None


@dataclass(slots=True)
class ReadParked:
    """Read the tasks that wait for others, behind a position, and come back with `ParkedFound`."""

    after: Position
    watch: int


@dataclass(slots=True)
class ReadDependents:
    """Read the tasks that wait for one of these, behind an id, and come back with `ParkedFound`."""

    ended: tuple[str, ...]
    watch: int
    cursor: str | None = None


@dataclass(slots=True)
class ReadWaiting:
    """Read these tasks, and come back with `ParkedFound`."""

    task_ids: tuple[str, ...]
    watch: int


@dataclass(slots=True)
class ReadExpiring:
    """Read the tasks that are given up soonest, and come back with `ExpiringFound`."""

    limit: int
    watch: int


Read = LoadFront | ReadParked | ReadDependents | ReadWaiting | ReadExpiring
"""What is to be read of the store. ``watch`` numbers a read, so that what was written meanwhile is known."""


@dataclass(slots=True)
class SetTimer:
    """Come back with a `Tick` after so many seconds at the latest; it replaces the last one."""

    seconds: float


Instruction = (
    Insert | Transition | Remember | Note | Start | AnswerClaim | CancelAttempt | Emit | Answer | Read | SetTimer
)


@dataclass(frozen=True)
class HeartbeatAnswer:
    """What a worker learns from a heartbeat.

    Attributes:
        cancelled: tasks that it should stop: nobody waits for them.
        taken_back: tasks whose lease it no longer has.
        draining: whether it gets nothing new.
    """

    cancelled: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    draining: bool = False
