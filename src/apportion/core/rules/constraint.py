"""``constraint``: the worker's labels fail a required constraint of the task. Preferred ones never reject."""

from __future__ import annotations

from apportion.core.rules.rule import Rule
from apportion.model.constraint import Constraint
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


def allows(task: TaskRequirements, worker: WorkerInfo) -> bool:
    """Return whether every required constraint holds."""
    constraints = task.constraints
    return not constraints or all(not each.required or each.holds(worker.labels) for each in constraints)


def lacking(task: TaskRequirements, worker: WorkerInfo) -> str:
    """Name every required constraint that fails, and what the worker has instead."""
    failing = [each for each in task.constraints if each.required and not each.holds(worker.labels)]
    return "; ".join(f"needs {each}, {_instead(each, worker)}" for each in failing)


def _instead(failing: Constraint, worker: WorkerInfo) -> str:
    """Say what the worker has under the label."""
    if failing.label not in worker.labels:
        return f"has no label {failing.label!r}"
    return f"has {worker.labels[failing.label]!r}"


CONSTRAINT = Rule("constraint", allows, lacking)
