"""What turns workers down for one task, gathered worker by worker."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apportion.model.task import TaskRequirements
    from apportion.model.worker import WorkerInfo

_PASSES = frozenset({"overloaded", "insufficient-capacity", "cooling-down", "limited"})


class Refusals:
    """Those that may not take a task.

    Args:
        task: the task.

    Attributes:
        count: how many they are.
        by_code: rejection code -> ids of the workers that fail by it.
        hopeful: whether one of them could take the task when there is room. Offline workers are not there, and draining
            ones are leaving: neither is a hope. Being overloaded, cooling down or limited passes; a size that the
            worker does not have does not.
        fewest: how many rules those fail that fail the fewest.
        nearest: these, each with the codes of the rules that it fails.
    """

    def __init__(self, task: TaskRequirements) -> None:
        self._task = task
        self.count = 0
        self.by_code: defaultdict[str, list[str]] = defaultdict(list)
        self.hopeful = False
        self.fewest = 0
        self.nearest: list[tuple[WorkerInfo, tuple[str, ...]]] = []

    def add(self, worker: WorkerInfo, failed: tuple[str, ...]) -> None:
        """Take one in that fails these rules, one or more."""
        self.count += 1
        for code in failed if len(failed) == 1 else dict.fromkeys(failed):
            self.by_code[code].append(worker.id)
        if not self.hopeful and self._task.complexity <= worker.max_capacity:
            self.hopeful = _PASSES.issuperset(failed)
        if len(failed) < self.fewest or not self.nearest:
            self.fewest = len(failed)
            self.nearest = []
        if len(failed) == self.fewest:
            self.nearest.append((worker, failed))
