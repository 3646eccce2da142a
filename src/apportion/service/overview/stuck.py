"""Waiting tasks that nobody who is there could ever take, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from apportion.core.rules import RULES
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from apportion.runtime.lane import Lane
from apportion.runtime.looks import Looks

_PATIENCE = 3.0
"""Seconds that the first of a line has waited before it is looked at."""

_VALID = 20.0
"""Seconds for which a finding counts, where workers do not come or go."""

_AT_ONCE = 20_000
"""Pairs of worker and line that are looked at in one go: some 30 ms."""

_PASSING = {"overloaded", "insufficient-capacity"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one line.

    Attributes:
        at: when, in the seconds of the caller.
        workers: how many workers there were.
        reason: why nobody could ever take such a task; "": somebody could.
    """

    at: float
    workers: int
    reason: str


@dataclass(frozen=True, slots=True)
class StuckLine:
    """Tasks of one shape that nobody could take.

    Attributes:
        task_id: the first of them.
        task_type: theirs.
        waiting: how many of them are in memory.
        reason: what is lacking.
    """

    task_id: str
    task_type: str | None
    waiting: int
    reason: str


class Stuck:
    """Looks at the lines of waiting tasks in turn, a few at a time."""

    def __init__(self) -> None:
        self._found: dict[TaskRequirements, Finding] = {}

    def look(self, looks: Looks, now: float) -> None:
        """Look at some lines anew. ``now``: Unix seconds."""
        lanes = [lane for lane in looks.lanes() if lane.line]
        there = {lane.requirements for lane in lanes}
        self._found = {shape: finding for shape, finding in self._found.items() if shape in there}
        due = [lane for lane in lanes if self._is_due(looks, lane, now)]
        due.sort(key=lambda lane: self._looked_at(lane.requirements))
        workers = [worker for _, worker in looks.members()] if due else []
        for lane in due[: max(1, _AT_ONCE // max(1, len(workers)))]:
            reason = why_never(lane.requirements, workers)
            self._found[lane.requirements] = Finding(now, len(workers), reason)

    def lines(self, looks: Looks) -> list[StuckLine]:
        """Return what is known to be stuck; most tasks first."""
        found = [
            StuckLine(lane.line[0].task_id, lane.requirements.task_type, len(lane.line), finding.reason)
            for lane in looks.lanes()
            if lane.line and (finding := self._found.get(lane.requirements)) is not None and finding.reason
        ]
        return sorted(found, key=lambda line: -line.waiting)

    def _is_due(self, looks: Looks, lane: Lane, now: float) -> bool:
        since = looks.waiting_since(lane)
        return since is not None and now - since >= _PATIENCE and now - self._looked_at(lane.requirements) >= _VALID

    def _looked_at(self, shape: TaskRequirements) -> float:
        finding = self._found.get(shape)
        return 0.0 if finding is None else finding.at

    def forget(self) -> None:
        """Somebody came or went: nothing that was found holds any more."""
        self._found.clear()


def why_never(task: TaskRequirements, workers: list[WorkerInfo]) -> str:
    """Return why none of the workers could ever take a task; "": one of them could, when it has room."""
    if not workers:
        return "no worker is registered"
    first: Counter[str] = Counter()
    details: dict[str, str] = {}
    for worker in workers:
        code = _obstacle(task, worker)
        if code is None:
            return ""
        first[code] += 1
        if code not in details:
            details[code] = _lacking(code, task, worker)
    return "; ".join(f"{count} of {len(workers)}: {details[code]}" for code, count in first.most_common(3))


def _obstacle(task: TaskRequirements, worker: WorkerInfo) -> str | None:
    """Return the rule that this worker will never pass as it is, or None."""
    for rule in RULES:
        if rule.code not in _PASSING and not rule.allows(task, worker):
            return rule.code
    return "too small" if task.complexity > worker.max_capacity else None


def _lacking(code: str, task: TaskRequirements, worker: WorkerInfo) -> str:
    if code == "too small":
        return f"too small, the task needs {task.complexity:g}"
    return next(rule.lacking(task, worker) for rule in RULES if rule.code == code)
