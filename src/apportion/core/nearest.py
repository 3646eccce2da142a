"""The smallest changes that would make somebody eligible, in words."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from apportion.core.rules import rejections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apportion.core.refusals import Refusals
    from apportion.core.rules.custom import CustomRule
    from apportion.model.task import TaskRequirements
    from apportion.model.worker import WorkerInfo

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


def suggestions(task: TaskRequirements, refusals: Refusals, rules: Sequence[CustomRule] = ()) -> tuple[str, ...]:
    """Return the smallest changes first: of those who lack one thing only, else of those who lack the fewest."""
    nearest = refusals.nearest
    if not nearest:
        return ("there are no workers; add one",)
    if refusals.fewest > 1:
        return tuple(
            f"{worker.id} lacks only: {'; '.join(map(str, rejections(task, worker, rules)))}"
            for worker, _ in nearest[:_MOST]
        )
    by_code: defaultdict[str, list[WorkerInfo]] = defaultdict(list)
    for worker, (code,) in nearest:
        by_code[code].append(worker)
    return tuple(line for code, workers in by_code.items() for line in _lines(code, workers, task))[:_MOST]


def _lines(code: str, workers: Sequence[WorkerInfo], task: TaskRequirements) -> list[str]:
    if code == "insufficient-capacity":
        return [_room(workers, task)]
    if code == "missing-capability":
        return _skills(workers, task)
    if code == "constraint":
        return [f"{_count(workers)} only: {rejections(task, workers[0])[0].detail}"]
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
    by_lack: defaultdict[frozenset[str], list[WorkerInfo]] = defaultdict(list)
    for worker in workers:
        by_lack[task.capabilities - worker.capabilities].append(worker)
    ordered = sorted(by_lack.items(), key=lambda item: (len(item[0]), -len(item[1])))
    return [f"{_count(group)} only {' and '.join(map(repr, sorted(lack)))}" for lack, group in ordered]


def _count(workers: Sequence[WorkerInfo]) -> str:
    return f"{workers[0].id} lacks" if len(workers) == 1 else f"{len(workers)} workers lack"


def _names(workers: Sequence[WorkerInfo]) -> str:
    ids = [worker.id for worker in workers]
    return ", ".join(ids[:_MOST]) + (f" and {len(ids) - _MOST} more" if len(ids) > _MOST else "")
