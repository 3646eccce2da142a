"""``missing-capability``: the task needs something that the worker cannot do."""

from __future__ import annotations

from apportion.core.rules.rule import Rule
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


def allows(task: TaskRequirements, worker: WorkerInfo) -> bool:
    """Return whether the worker can do all that the task needs."""
    return task.capabilities <= worker.capabilities


def lacking(task: TaskRequirements, worker: WorkerInfo) -> str:
    """Name every capability that is missing."""
    missing = sorted(task.capabilities - worker.capabilities)
    return f"lacks {', '.join(repr(name) for name in missing)}"


MISSING_CAPABILITY = Rule("missing-capability", allows, lacking)
