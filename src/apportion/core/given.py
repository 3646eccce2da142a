"""What a balancer is given, checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apportion import validation
from apportion.clock import Random
from apportion.core.rules.custom import CustomRule
from apportion.core.scoring import ScoreWeights
from apportion.errors import FieldError, FieldTypeError
from apportion.model.context import BalancingContext
from apportion.model.task import QueuedTask, TaskRequirements

FAULTS = (None, "task", "worker")


def require_task(task: object) -> TaskRequirements:
    """Return ``task`` if it is one.

    Raises:
        FieldTypeError: it is something else.
    """
    if not isinstance(task, TaskRequirements):
        raise FieldTypeError("task", f"must be TaskRequirements, not {task!r}; TaskRequirements.from_dict reads a dict")
    return task


def require_tasks(tasks: Iterable[object]) -> list[TaskRequirements]:
    """Return what is given as a list, if all of it are requirements.

    Raises:
        FieldTypeError: it is no collection, or holds something else.
    """
    listed = validation.items("tasks", tasks, "a collection of TaskRequirements")
    return [require_task(task) for task in listed]


def require_queue(queue: Iterable[object]) -> list[QueuedTask]:
    """Return a queue as a list, if all in it are queued tasks.

    Raises:
        FieldTypeError: it is no collection, or holds something else.
    """
    listed = validation.items("queue", queue, "a collection of QueuedTask")
    return [validation.instance("queue (each)", queued, QueuedTask) for queued in listed]


def require_parts(context: object, weights: object, clock: object, rng: object) -> None:
    """Refuse at once what a balancer could not work with: it would fail late, and far from the mistake.

    Raises:
        FieldTypeError: naming the argument.
    """
    if context is not None and not isinstance(context, BalancingContext):
        raise FieldTypeError("context", f"must be a BalancingContext, not {context!r}")
    if not isinstance(weights, ScoreWeights):
        raise FieldTypeError("weights", f"must be ScoreWeights, not {weights!r}")
    if not callable(clock):
        raise FieldTypeError("clock", f"must be a function that returns Unix seconds, not {clock!r}")
    if rng is not None and not isinstance(rng, Random):
        raise FieldTypeError("rng", f"must be a random.Random, not {rng!r}; random.Random(1) is one with the seed 1")


def require_rules(rules: Iterable[Any]) -> tuple[CustomRule, ...]:
    """Return the rules of the user's own as a tuple, if each can be asked.

    Raises:
        FieldTypeError: it is no collection, or holds what cannot be called.
    """
    given = tuple[Any, ...](validation.items("rules", rules, "a collection of functions"))
    for rule in given:
        if not callable(rule):
            raise FieldTypeError("rules (each)", f"must be a function of a task and a worker, not {rule!r}")
    return given


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
