"""What an eligibility rule is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from apportion.model.score import Rejection
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


class Rule(NamedTuple):
    """One condition under which a worker may take a task.

    Attributes:
        code: the rejection's code.
        allows: whether the worker passes; called for every pair, so it is quick.
        lacking: what exactly is lacking, readable; called only where it does not pass.
    """

    code: str
    allows: Callable[[TaskRequirements, WorkerInfo], bool]
    lacking: Callable[[TaskRequirements, WorkerInfo], str]

    def rejection(self, task: TaskRequirements, worker: WorkerInfo) -> Rejection | None:
        """Return why the worker may not take the task, or None."""
        return None if self.allows(task, worker) else Rejection(self.code, self.lacking(task, worker))
