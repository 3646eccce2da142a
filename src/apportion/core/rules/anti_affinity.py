"""``anti-affinity``: the task must never have this worker. Absolute: it beats every preference."""

from __future__ import annotations

from apportion.core.rules.rule import Rule
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


def allows(task: TaskRequirements, worker: WorkerInfo) -> bool:
    """Return whether the task does not exclude the worker."""
    return worker.id not in task.anti_affinity


def lacking(_task: TaskRequirements, worker: WorkerInfo) -> str:
    """Name the worker that is excluded."""
    return f"the task's anti-affinity names {worker.id!r}"


ANTI_AFFINITY = Rule("anti-affinity", allows, lacking)
