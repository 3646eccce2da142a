"""``overloaded``: the worker or its owner says that it has too much; its free capacity does not matter then."""

from __future__ import annotations

from apportion.core.rules.rule import Rule
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo, WorkerStatus


def allows(_task: TaskRequirements, worker: WorkerInfo) -> bool:
    """Return whether the worker does not call itself overloaded."""
    return worker.status is not WorkerStatus.OVERLOADED


def lacking(_task: TaskRequirements, worker: WorkerInfo) -> str:
    """Say so, and how loaded it is."""
    return f"the worker's status is overloaded, at load {worker.current_load:g} of {worker.max_capacity:g}"


OVERLOADED = Rule("overloaded", allows, lacking)
