"""How attempts ended, as they are sent."""

from __future__ import annotations

import math

import msgspec
from msgspec import UNSET

from apportion.errors import FieldTypeError
from apportion.ports import Attempt, Outcome
from apportion.sdk.submissions import json_of
from apportion.wire.limits import KIB, VALUE
from apportion.wire.workers import Ending

_LONGEST_ERROR = 16 * KIB
_LONGEST = 1e15


def ending_of(attempt: Attempt, outcome: Outcome) -> bytes:
    """Return the ending of an attempt as JSON. A result that no service takes makes a failure of it."""
    said = Ending(
        attempt.task_id,
        attempt.lease,
        outcome.success,
        error=_text(outcome.error),
        duration=min(outcome.duration, _LONGEST) if math.isfinite(outcome.duration) else 0.0,
        retry=outcome.retry,
        fault="task" if outcome.fault == "task" else "worker" if outcome.fault == "worker" else None,
        busy_for=None if outcome.busy_for is None else min(outcome.busy_for, _LONGEST),
    )
    problem = _put_result(said, outcome.result) if outcome.success else None
    if problem is not None:
        said = Ending(attempt.task_id, attempt.lease, False, error=problem, duration=said.duration, retry=False)
        said.fault = "task"
    return msgspec.json.encode(said)


def _put_result(said: Ending, result: object) -> str | None:
    """Put a result in; return what is wrong with it."""
    if result is None:
        said.result = UNSET
        return None
    try:
        said.result = json_of("result", result)
    except FieldTypeError as error:
        return str(error)
    size = len(bytes(said.result))
    if size > VALUE:
        return f"the result has {size} bytes as JSON, above the limit of {VALUE}; keep it elsewhere, and return where"
    return None


def plain_failure(attempt: Attempt, reason: str) -> bytes:
    """Return an ending that every service takes, for one that this service refused to read."""
    return msgspec.json.encode(Ending(attempt.task_id, attempt.lease, False, error=_text(reason)))


def _text(error: str | None) -> str | None:
    if error is None:
        return None
    return error[:_LONGEST_ERROR].encode("utf-8", "replace").decode()
