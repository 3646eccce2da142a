"""The figures of a run when it is over: a row a worker, a row a task type, and what failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any

from apportion.batch.results import result_of
from apportion.batch.tally import Tally, TypeTally, WorkerTally
from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """What a worker did in this run.

    Attributes:
        id: the worker.
        tasks: attempts that ended by themselves on it.
        failures: those among them that failed.
        busy: seconds in which it ran anything.
        utilisation: share of its capacity that was in use over the run, 0..1.
    """

    id: str
    tasks: int
    failures: int
    busy: float
    utilisation: float


@dataclass(frozen=True, slots=True)
class TypeRow:
    """What became of the tasks of a type in this run.

    Attributes:
        task_type: the type.
        count: tasks that ended.
        failed: those among them that failed.
        mean: mean duration of an attempt in seconds, or None where there was none.
        p95: the duration that 95 % of the attempts stayed within.
    """

    task_type: str
    count: int
    failed: int
    mean: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in figures.

    Attributes:
        total: tasks of the file.
        succeeded, failed, cancelled: how many have ended so, earlier runs included.
        waiting: how many have not ended.
        before: how many of the ended ones had ended in earlier runs.
        retried: attempts that failed and were followed by another.
        wall: seconds that this run took.
        workers, types: the rows.
        failures: the lines of the results file of all tasks that failed, earlier runs included.
        results, logs: where they lie.
    """

    total: int
    succeeded: int
    failed: int
    cancelled: int
    waiting: int
    before: int
    retried: int
    wall: float
    workers: tuple[WorkerRow, ...]
    types: tuple[TypeRow, ...]
    failures: tuple[dict[str, Any], ...]
    results: str
    logs: str

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain JSON."""
        return asdict(self)


def summarise(tally: Tally, failed: Iterable[Task], results: Path, logs: Path, now: float) -> Summary:
    """Return the figures of a run that is over."""
    wall = now - tally.began
    return Summary(
        total=tally.total,
        succeeded=tally.ended[TaskState.SUCCEEDED],
        failed=tally.ended[TaskState.FAILED],
        cancelled=tally.ended[TaskState.CANCELLED],
        waiting=tally.total - tally.ended.total(),
        before=tally.before.total(),
        retried=tally.retried,
        wall=wall,
        workers=tuple(_worker_row(worker, wall) for worker in tally.workers.values()),
        types=tuple(_type_row(name, kind) for name, kind in sorted(tally.types.items())),
        failures=tuple(map(result_of, failed)),
        results=str(results),
        logs=str(logs),
    )


def _worker_row(worker: WorkerTally, wall: float) -> WorkerRow:
    available = worker.info.max_capacity * wall
    used = worker.used / available if available else 0.0
    return WorkerRow(worker.info.id, worker.tasks, worker.failures, worker.busy, min(1.0, used))


def _type_row(name: str, kind: TypeTally) -> TypeRow:
    durations = sorted(kind.durations)
    ended = kind.succeeded + kind.failed
    if not durations:
        return TypeRow(name, ended, kind.failed, None, None)
    # Nearest rank: the smallest duration that at least 95 % are not above.
    p95 = durations[ceil(0.95 * len(durations)) - 1]
    return TypeRow(name, ended, kind.failed, sum(durations) / len(durations), p95)
