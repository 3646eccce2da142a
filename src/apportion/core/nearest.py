"""The smallest changes that would make somebody eligible, in words."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from apportion.model.score import Rejection
    from apportion.model.task import TaskRequirements
    from apportion.model.worker import WorkerInfo

Refused = "tuple[WorkerInfo, tuple[Rejection, ...]]"

_MOST = 5
_WHEN = {
    "offline": "if it came back online",
    "draining": "if it were not draining",
    "overloaded": "once it is no longer overloaded",
    "task-type": "if it accepted this type",
    "anti-affinity": "if the task did not exclude it",
    "custom": "if a rule of your own allowed it",
    "cooling-down": "when it has cooled down",
    "limited": "when the limit allows it",
}


def suggestions(task: TaskRequirements, refused: Sequence[tuple[WorkerInfo, tuple[Rejection, ...]]]) -> tuple[str, ...]:
    """Return the smallest changes first: of those who lack one thing only, else of those who lack the fewest."""
    if not refused:
        return ("there are no workers; add one",)
    fewest = min(len(reasons) for _, reasons in refused)
    nearest = [(worker, reasons) for worker, reasons in refused if len(reasons) == fewest]
    if fewest > 1:
        return tuple(f"{worker.id} lacks only: {'; '.join(map(str, reasons))}" for worker, reasons in nearest[:_MOST])
    by_code: defaultdict[str, list[tuple[WorkerInfo, Rejection]]] = defaultdict(list)
    for worker, (reason,) in nearest:
        by_code[reason.code].append((worker, reason))
    return tuple(line for code, group in by_code.items() for line in _lines(code, group, task))[:_MOST]


def _lines(code: str, group: Sequence[tuple[WorkerInfo, Rejection]], task: TaskRequirements) -> list[str]:
    workers = [worker for worker, _ in group]
    if code == "insufficient-capacity":
        return [_room(workers, task)]
    if code == "missing-capability":
        return _skills(workers, task)
    if code == "constraint":
        return [f"{_count(workers)} only: {group[0][1].detail}"]
    return [f"{_names(workers)} could take it {_WHEN.get(code, code)}"]


def _room(workers: Sequence[WorkerInfo], task: TaskRequirements) -> str:
    """Say at which load somebody has room, or how large a worker would have to be."""
    able = [worker for worker in workers if task.complexity <= worker.max_capacity]
    if not able:
        largest = max(workers, key=lambda worker: worker.max_capacity)
        return f"{largest.id} is the largest: it holds {largest.max_capacity:g}, the task needs {task.complexity:g}"
    soonest = min(able, key=lambda worker: worker.current_load + task.complexity - worker.max_capacity)
    at_most, load = soonest.max_capacity - task.complexity, soonest.current_load
    return f"{soonest.id} has room at load ≤ {at_most:g} (it is at {load:g} of {soonest.max_capacity:g})"


def _skills(workers: Sequence[WorkerInfo], task: TaskRequirements) -> list[str]:
    """Group workers by what they lack, fewest skills first."""
    by_lack: defaultdict[tuple[str, ...], list[WorkerInfo]] = defaultdict(list)
    for worker in workers:
        by_lack[tuple(sorted(task.capabilities - worker.capabilities))].append(worker)
    ordered = sorted(by_lack.items(), key=lambda item: (len(item[0]), -len(item[1])))
    return [f"{_count(group)} only {' and '.join(map(repr, lack))}" for lack, group in ordered]


def _count(workers: Sequence[WorkerInfo]) -> str:
    return f"{workers[0].id} lacks" if len(workers) == 1 else f"{len(workers)} workers lack"


def _names(workers: Iterable[WorkerInfo]) -> str:
    ids = [worker.id for worker in workers]
    return ", ".join(ids[:_MOST]) + (f" and {len(ids) - _MOST} more" if len(ids) > _MOST else "")


def could_ever(task: TaskRequirements, refused: Iterable[tuple[WorkerInfo, tuple[Rejection, ...]]]) -> bool:
    """Return whether somebody who is there could take the task when there is room.

    Offline workers are not there, and draining ones are leaving: neither is a hope. Being overloaded, cooling down or
    limited passes; a size that the worker does not have does not.
    """
    passing = {"overloaded", "insufficient-capacity", "cooling-down", "limited"}
    return any(
        task.complexity <= worker.max_capacity and all(reason.code in passing for reason in reasons)
        for worker, reasons in refused
    )


def by_code(refused: Iterable[tuple[WorkerInfo, tuple[Rejection, ...]]]) -> Mapping[str, tuple[str, ...]]:
    """Return rejection code -> ids of the workers that fail by it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for worker, reasons in refused:
        for reason in reasons:
            found[reason.code].append(worker.id)
    return {code: tuple(ids) for code, ids in found.items()}
