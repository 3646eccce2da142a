"""``insufficient-capacity``: the task does not fit beside what the worker holds, or not even into the empty worker."""

from __future__ import annotations

from apportion.core.rules.rule import Rule
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


def allows(task: TaskRequirements, worker: WorkerInfo) -> bool:
    """Return whether the task fits beside the load: ``current_load + complexity <= max_capacity``."""
    return worker.current_load + task.complexity <= worker.max_capacity


def lacking(task: TaskRequirements, worker: WorkerInfo) -> str:
    """Say how much is needed, how much is free, and at which load it would fit, if at any."""
    needed, capacity = task.complexity, worker.max_capacity
    if needed > capacity:
        return f"needs {needed:g}, and the worker's whole capacity is {capacity:g}"
    return (
        f"needs {needed:g}, has {worker.free_capacity:g} of {capacity:g} free; "
        f"has room at load <= {capacity - needed:g}, is at {worker.current_load:g}"
    )


INSUFFICIENT_CAPACITY = Rule("insufficient-capacity", allows, lacking)
