"""``custom``: a rule of the user's own, beside those of the table."""

from __future__ import annotations

from collections.abc import Callable

from apportion.model.score import Rejection
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

CustomRule = Callable[[TaskRequirements, WorkerInfo], str | None]
"""Returns what is lacking, readable, or None where the worker may take the task. It must not change anything."""


def custom_rejection(rule: CustomRule, task: TaskRequirements, worker: WorkerInfo) -> Rejection | None:
    """Return why a rule of the user's own turns the worker down, or None."""
    lacking = rule(task, worker)
    return None if lacking is None else Rejection("custom", lacking)
