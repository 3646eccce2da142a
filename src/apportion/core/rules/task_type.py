"""``task-type``: the worker accepts some types only, and this is none of them."""

from __future__ import annotations

from apportion.core.rules.rule import Rule
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


def allows(task: TaskRequirements, worker: WorkerInfo) -> bool:
    """Return whether the worker accepts the type. No type is a type of its own, which a list of names never holds."""
    return worker.task_types is None or task.task_type in worker.task_types


def lacking(task: TaskRequirements, worker: WorkerInfo) -> str:
    """Name the type, and those that are accepted."""
    accepted = ", ".join(repr(name) for name in sorted(worker.task_types or ())) or "none"
    wanted = "a task without a type" if task.task_type is None else f"the type {task.task_type!r}"
    return f"does not accept {wanted}; accepts {accepted}"


TASK_TYPE = Rule("task-type", allows, lacking)
