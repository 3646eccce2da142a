"""From what a client writes to a task's record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, Final, TypedDict, cast

import uuid_utils

from apportion import validation
from apportion.config import RuntimeConfig
from apportion.errors import FieldError, FieldTypeError
from apportion.model.constraint import Constraint
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task, with_fields
from apportion.model.trace_context import parse

LONGEST_NAME = 255
MOST_ATTEMPTS = 1_000_000
LONGEST = 1e9
"""Seconds, some thirty years: whoever says more means "never", which is None."""

MOST_AFTER = 1000
"""Tasks that one may wait for."""

MOST_LIMIT_KEYS = 16
"""Keys of limits that one task may name."""

LATEST = 1e11
"""Unix seconds, either way: dates beyond the year 5000 are slips of the pen."""


class TaskOptions(TypedDict, total=False):
    """What a submit may say besides type and payload.

    The first ones are the fields of `TaskRequirements`, or all of them at once as ``requirements``. The others:
    ``max_attempts`` (failed attempts that end it), ``timeout`` (seconds for one attempt), ``delay`` (seconds before it
    may start), ``not_before`` (Unix seconds, the same as a date), ``schedule_timeout`` (seconds that it may wait for a
    worker), ``idempotency_key`` (a second submit with it is this task), ``tenant``, ``id``, ``after`` (ids of tasks
    that have to succeed first), and ``limit_keys`` (keys of limits over all workers that it counts under).
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
    traceparent: str | None
    after: Iterable[str]
    limit_keys: Iterable[str]


class TaskSpec(TaskOptions, total=False):
    """One task of several: its type, its payload, and its options."""

    task_type: str
    payload: Any


_BLANK = Task("", "")
_OPTIONS = frozenset(TaskOptions.__annotations__)
_NEEDS = frozenset(TaskRequirements.field_names()) - {"task_type"} | {"requirements"}


def new_id() -> str:
    """Return a new task's id: a UUIDv7, so that ids are in the order of submitting."""
    return str(uuid_utils.uuid7())


class Submissions:
    """Makes records of new tasks. Tasks that need the same share one value, which is checked once.

    Args:
        config: for what clients do not say.
    """

    def __init__(self, config: RuntimeConfig) -> None:
        self._config = config
        self._known: dict[object, TaskRequirements] = {}

    def task(self, task_type: str, payload: Any, options: Mapping[str, Any]) -> tuple[Task, float]:
        """Return a new task, and the seconds by which it is delayed.

        Args:
            task_type: names the handler.
            payload: JSON.
            options: as in `TaskOptions`.

        Raises:
            FieldError, FieldTypeError: naming the option.
        """
        task_type = name("task_type", task_type)
        fields: dict[str, Any] = {
            "id": options.get("id") or new_id(),
            "task_type": task_type,
            "payload": payload,
            "requirements": self.requirements(task_type, options),
            "max_attempts": self._config.max_attempts,
        }
        # Most tasks say little, and what is not said needs no look.
        for option, checked in _CHECKED.items():
            value = options.get(option)
            if value is not None:
                fields[option] = checked(option, value)
        delay = validation.number("delay", options["delay"], least=0, most=LONGEST) if "delay" in options else 0.0
        return with_fields(_BLANK, fields), delay

    def requirements(self, task_type: str | None, options: Mapping[str, Any]) -> TaskRequirements:
        """Return the requirements among the options, with the task's type.

        Raises:
            FieldError, FieldTypeError: naming the option.
        """
        if not _OPTIONS.issuperset(options):
            validation.known_fields("submit", options, TaskOptions.__annotations__)
        asked = not _NEEDS.isdisjoint(options)
        given = {name: value for name, value in options.items() if name in _NEEDS} if asked else {}
        shape = _shape(task_type, given)
        known = None if shape is None else self._known.get(shape)
        if known is not None:
            return known
        made = requirements_of(task_type, given)
        if shape is not None:
            if len(self._known) >= _SHAPES_KEPT:
                self._known.clear()
            self._known[shape] = made
        return made


def _shape(task_type: str | None, given: Mapping[str, object]) -> object:
    """Return what tells the given requirements from others, or None where that would take as long as checking them.

    Types are part of it: True is no number, though it is equal to 1.
    """
    parts: list[object] = [task_type]
    for name, value in given.items():
        kind = type(value)
        if kind in _PLAIN:
            parts += (name, kind, value)
        elif kind in _COLLECTIONS:
            items = cast("Collection[object]", value)
            if any(type(item) is not str for item in items):
                return None
            parts += (name, kind, frozenset(items))
        else:
            return None
    return tuple(parts)


_PLAIN = frozenset({str, int, float, bool, type(None)})
_COLLECTIONS = frozenset({list, tuple, set, frozenset})
_SHAPES_KEPT = 1024


def requirements_of(task_type: str | None, options: Mapping[str, Any]) -> TaskRequirements:
    """Return requirements that are given one by one or as ``requirements``, with the task's type.

    Raises:
        FieldError, FieldTypeError: naming the option.
    """
    fields = {name: value for name, value in options.items() if name != "requirements"}
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


def _names(field: str, given: object, most: int) -> tuple[str, ...]:
    if given in ((), []):
        return ()
    names = tuple(dict.fromkeys(name(f"{field} (each)", each) for each in validation.name_list(field, given)))
    if len(names) > most:
        raise FieldError(field, f"must name at most {most}, not {len(names)}")
    return names


def _traceparent(field: str, given: Any) -> str:
    if isinstance(given, str) and parse(given) is not None:
        return given
    raise FieldError(field, f"must be as W3C Trace Context says, 00-…-…-01, not {given!r}; or leave it out")


_CHECKED: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    "id": name,
    "tenant": name,
    "idempotency_key": name,
    "max_attempts": partial(validation.count, least=1, most=MOST_ATTEMPTS),
    "timeout": partial(validation.number, above=0, most=LONGEST),
    "not_before": partial(validation.number, least=-LATEST, most=LATEST),
    "schedule_timeout": partial(validation.number, least=0, most=LONGEST),
    "after": partial(_names, most=MOST_AFTER),
    "limit_keys": partial(_names, most=MOST_LIMIT_KEYS),
    "traceparent": _traceparent,
}


def same_submission(one: Task, other: Task) -> bool:
    """Return whether a client asked for the same thing twice."""
    return all(getattr(one, field) == getattr(other, field) for field in _ASKED)


_ASKED = ("task_type", "payload", "requirements", "tenant", "idempotency_key", "max_attempts", "timeout",
          "schedule_timeout", "after", "limit_keys")  # fmt: skip
