"""What a balancer is given, checked."""

from __future__ import annotations

from apportion import validation
from apportion.errors import FieldError, FieldTypeError
from apportion.model.task import TaskRequirements

FAULTS = (None, "task", "worker")


def require_task(task: object) -> TaskRequirements:
    """Return ``task`` if it is one.

    Raises:
        FieldTypeError: it is something else.
    """
    if not isinstance(task, TaskRequirements):
        raise FieldTypeError("task", f"must be TaskRequirements, not {task!r}; TaskRequirements.from_dict reads a dict")
    return task


def require_outcome(
    worker_id: object, task_type: object, success: object, duration: object, task: object, fault: object
) -> float:
    """Return the duration of an outcome that can be learned from.

    Raises:
        FieldError, FieldTypeError: naming what is not allowed.
    """
    validation.text("worker_id", worker_id)
    validation.optional_text("task_type", task_type)
    validation.flag("success", success)
    seconds = validation.number("duration", duration, least=0)
    if task is not None:
        require_task(task)
    if fault not in FAULTS:
        raise FieldError("fault", f"must be 'task', 'worker' or None, not {fault!r}")
    return seconds
