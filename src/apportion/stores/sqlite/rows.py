"""Tasks to and from rows."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from apportion.model.by_identity import ByIdentity
from apportion.model.lifecycle import TaskState
from apportion.model.plain import to_plain
from apportion.model.plain_json import decode, encode
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task, of_values
from apportion.ports import Transition

Row = tuple[Any, ...]

_FIELDS: Final = Task.field_names()
_PAYLOAD, _REQUIREMENTS, _AFTER, _LIMIT_KEYS, _STATE, _RESULT, _ERROR, _DECISION = (
    _FIELDS.index(name)
    for name in ("payload", "requirements", "after", "limit_keys", "state", "result", "error", "decision")
)
_STATES: Final = {state.value: state for state in TaskState}
_DEFAULTS: Final = vars(TaskRequirements())
_encoder: Final = json.JSONEncoder(separators=(",", ":"), default=to_plain)
_UNLIVED: Final = (0, 0, 0, 0, None, None, None, None, None, None, None, None)


def task_of(row: Row) -> Task:
    """Return the task of a row that lists the columns in the order of Task's fields."""
    values = list(row)
    values[_PAYLOAD] = decode(values[_PAYLOAD])
    values[_REQUIREMENTS] = _requirements_of(values[_REQUIREMENTS])
    values[_AFTER] = _names_of(values[_AFTER])
    values[_LIMIT_KEYS] = _names_of(values[_LIMIT_KEYS])
    values[_STATE] = _STATES[values[_STATE]]
    values[_RESULT] = decode(values[_RESULT])
    values[_ERROR] = decode(values[_ERROR])
    values[_DECISION] = decode(values[_DECISION])
    return of_values(values)


def insert_row(task: Task, number: int) -> Row:
    """Return the parameters of `INSERT`."""
    return (
        task.id,
        number,
        task.state.value,
        task.rank,
        task.queued_at,
        task.expires,
        task.task_type,
        task.tenant,
        task.idempotency_key,
        task.not_before,
    )


def input_row(task: Task, number: int) -> Row:
    """Return the parameters of `INSERT_INPUT`."""
    return (
        number,
        encode("Task.payload", task.payload),
        _requirements_text(task.requirements),
        task.max_attempts,
        task.timeout,
        task.schedule_timeout,
        task.created_at,
        _names_text("Task.after", task.after),
        _names_text("Task.limit_keys", task.limit_keys),
        task.traceparent,
    )


def awaited_rows(task: Task) -> list[Row]:
    """Return the parameters of `AWAIT`: whom the task waits for."""
    return [(id, task.id) for id in task.after]


TRANSITION_AFTER: Final = 0
TRANSITION_BEFORE: Final = -2
"""Where the two states stand in the parameters of `TRANSITION`."""


def transition_row(change: Transition) -> Row:
    """Return the parameters of `TRANSITION`."""
    task = change.task
    return (
        task.state.value,
        task.lease,
        task.attempt,
        task.failures,
        task.deaths,
        task.assigned_worker,
        task.rank,
        task.queued_at,
        task.expires,
        task.assigned_at,
        task.finished_at,
        task.not_before,
        encode("Task.error", task.error),
        task.exit_code,
        task.duration,
        encode("Task.result", task.result),
        task.id,
        change.from_state.value,
        change.from_lease,
    )


def decision_rows(task: Task) -> list[Row]:
    """Return the parameters of `DECIDE`, if the task brings a decision."""
    return [] if task.decision is None else [(encode("Task.decision", task.decision), task.id)]


def is_new(task: Task) -> bool:
    """Return whether it has no life behind it: `INSERT` alone writes all that is known of it."""
    lived = (task.attempt, task.failures, task.deaths, task.lease, task.assigned_worker, task.assigned_at)
    ended = (task.finished_at, task.result, task.error, task.exit_code, task.duration, task.decision)
    return lived + ended == _UNLIVED


def _names_text(field: str, names: tuple[str, ...]) -> str | None:
    return encode(field, list(names)) if names else None


def _names_of(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(decode(text))


def _as_text(requirements: TaskRequirements) -> str:
    """Most tasks ask for little: what is as by default is left out."""
    asked = {name: value for name, value in vars(requirements).items() if value != _DEFAULTS[name]}
    return _encoder.encode(asked)


_requirements_text: Final = ByIdentity(_as_text)


@lru_cache(maxsize=1024)
def _requirements_of(text: str) -> TaskRequirements:
    """Requirements never change, so equal ones can be one object."""
    return TaskRequirements.from_dict(decode(text))
