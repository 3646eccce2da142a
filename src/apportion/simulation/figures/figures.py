"""The figures of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apportion.model.plain import Plain


@dataclass(frozen=True)
class Spread(Plain):
    """A quantity over all tasks: its mean and percentiles; nan where there was no task.

    Attributes:
        mean: the mean.
        p50, p95, p99, p999: percentiles.
    """

    mean: float
    p50: float
    p95: float
    p99: float
    p999: float


@dataclass(frozen=True)
class Reaction(Plain):
    """How soon traffic followed an event about one worker.

    Attributes:
        at: seconds of the trace.
        worker: whom it was about.
        change: what changed.
        share_before: of the tasks placed before, how many went to this worker.
        seconds: until that share had halved, after a change for the worse, or was back to 80 % of what it had been,
            after one for the better; None: it did not happen until the next event about this worker or the end.
        tasks: how many tasks the worker was given meanwhile; None as above.
    """

    at: float
    worker: str
    change: str
    share_before: float
    seconds: float | None
    tasks: int | None


@dataclass(frozen=True)
class Figures(Plain):
    """What one run amounts to. Tasks that arrived while it warmed up are not counted.

    Attributes:
        tasks: how many arrived that somebody could take.
        done: … succeeded.
        failed: … were given up, or still waited when nothing could happen any more.
        doomed: … failed by their own fault, which no placement helps.
        unserved: tasks that nobody could ever have taken; they were refused at once and count nowhere else.
        attempts: how often a worker was given a task.
        wasted_seconds: worker time that failed and lost attempts took.
        lost: attempts that were lost with their worker.
        wait: seconds from arrival to the first start.
        flow: seconds from arrival to success.
        slowdown: flow time / service time on the best idle worker.
        cost: mean seconds from arrival to success, a given-up task counting as 30 mean best service times.
        in_slo: share of the tasks that succeeded in time.
        makespan: seconds from the first arrival to the last end.
        utilisation: busy share of each worker's slots while it was there, by worker.
        jain: Jain's index of these: 1 is even, 1/n is one worker alone. Unequal fleets should not be even.
        moves: how often a task ran on another worker than the last one of its key.
        reactions: to each event, how soon traffic followed.
        decisions: how many tasks were placed.
        decisions_per_second: of the wall time of the whole run; how quick the machine was makes no two runs unequal.
    """

    tasks: int
    done: int
    failed: int
    doomed: int
    unserved: int
    attempts: int
    wasted_seconds: float
    lost: int
    wait: Spread
    flow: Spread
    slowdown: Spread
    cost: float
    in_slo: float
    makespan: float
    utilisation: Mapping[str, float]
    jain: float
    moves: int
    reactions: tuple[Reaction, ...]
    decisions: int
    decisions_per_second: float = field(compare=False)
