"""From what a client writes to a task's record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

import uuid_utils

from apportion import validation
from apportion.config import RuntimeConfig
from apportion.errors import FieldError, FieldTypeError
from apportion.model.constraint import Constraint
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task

LONGEST_NAME = 255


class TaskOptions(TypedDict, total=False):
    """What a submit may say besides type and payload.

    The first ones are the fields of `TaskRequirements`, or all of them at once as ``requirements``. The others:
    ``max_attempts`` (failed attempts that end it), ``timeout`` (seconds for one attempt), ``delay`` (seconds before it
    may start), ``not_before`` (Unix seconds, the same as a date), ``schedule_timeout`` (seconds that it may wait for a
    worker), ``idempotency_key`` (a second submit with it is this task), ``tenant``, and ``id``.
    """

    capabilities: Iterable[str]
    complexity: float
    priority: float
    estimated_duration: float | None
    affinity: Iterable[str]
    anti_affinity: Iterable[str]
    avoid: Iterable[str]
    affinity_key: str | None
    constraints: Iterable[Constraint]
    deadline: float | None
    explore: bool
    requirements: TaskRequirements | Mapping[str, Any]
    max_attempts: int | None
    timeout: float | None
    delay: float
    not_before: float | None
    schedule_timeout: float | None
    idempotency_key: str | None
    tenant: str
    id: str | None


class TaskSpec(TaskOptions, total=False):
    """One task of several: its type, its payload, and its options."""

    task_type: str
    payload: Any


_OPTIONS = tuple(TaskOptions.__annotations__)
_REQUIRED = frozenset(TaskRequirements.field_names()) - {"task_type"}


def new_id() -> str:
    """Return a new task's id: a UUIDv7, so that ids are in the order of submitting."""
    return str(uuid_utils.uuid7())


def new_task(config: RuntimeConfig, task_type: str, payload: Any, options: Mapping[str, Any]) -> tuple[Task, float]:
    """Return a new task, and the seconds by which it is delayed.

    Args:
        config: for what the client does not say.
        task_type: names the handler.
        payload: JSON.
        options: as in `TaskOptions`.

    Raises:
        FieldError, FieldTypeError: naming the option.
    """
    validation.known_fields("submit", options, _OPTIONS)
    task_type = name("task_type", task_type)
    take = options.get
    given_id, key, tenant = take("id"), take("idempotency_key"), take("tenant")
    attempts = take("max_attempts")
    task = Task(
        id=new_id() if given_id is None else name("id", given_id),
        task_type=task_type,
        payload=payload,
        requirements=requirements_of(task_type, options),
        tenant="default" if tenant is None else name("tenant", tenant),
        idempotency_key=None if key is None else name("idempotency_key", key),
        max_attempts=config.max_attempts if attempts is None else validation.count("max_attempts", attempts, least=1),
        timeout=validation.optional_number("timeout", take("timeout"), above=0),
        not_before=validation.optional_number("not_before", take("not_before")),
        schedule_timeout=validation.optional_number("schedule_timeout", take("schedule_timeout"), least=0),
    )
    return task, validation.number("delay", take("delay", 0.0), least=0)


def requirements_of(task_type: str | None, options: Mapping[str, Any]) -> TaskRequirements:
    """Return the requirements among the options, with the task's type.

    Raises:
        FieldError, FieldTypeError: naming the option.
    """
    fields = {name: value for name, value in options.items() if name in _REQUIRED}
    given = options.get("requirements")
    if given is None:
        requirements = TaskRequirements(**fields, task_type=task_type)
    elif fields:
        raise FieldError(f"submit.{min(fields)}", "is part of requirements, which are given too; give it once")
    elif isinstance(given, TaskRequirements):
        requirements = _typed(given, task_type)
    else:
        requirements = _typed(TaskRequirements.from_dict(given), task_type)
    try:
        hash(requirements)
    except TypeError:
        raise FieldTypeError("constraints", "must compare with plain values: strings, numbers and booleans") from None
    return requirements


def _typed(given: TaskRequirements, task_type: str | None) -> TaskRequirements:
    if given.task_type == task_type or task_type is None:
        return given
    if given.task_type is not None:
        raise FieldError("requirements.task_type", f"must be {task_type!r} or be left out, not {given.task_type!r}")
    return given.replace(task_type=task_type)


def name(field: str, value: object) -> str:
    """Return a name: a string of 1 to 255 characters that can be written down.

    Raises:
        FieldError, FieldTypeError: it is something else.
    """
    text = validation.text(field, value)
    if len(text) > LONGEST_NAME:
        raise FieldError(field, f"must have at most {LONGEST_NAME} characters, not {len(text)}")
    if not text.isascii() and text.encode(errors="replace").decode() != text:
        raise FieldError(field, f"must be Unicode text; {text!r} holds half a surrogate pair")
    return text


def same_submission(one: Task, other: Task) -> bool:
    """Return whether a client asked for the same thing twice."""
    return all(getattr(one, field) == getattr(other, field) for field in _ASKED)


_ASKED = ("task_type", "payload", "requirements", "tenant", "idempotency_key", "max_attempts", "timeout",
          "schedule_timeout")  # fmt: skip
