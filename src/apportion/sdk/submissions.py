"""Tasks as they are sent: checked for misspelled options, with a key each, and in lists that one request can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from json import JSONEncoder
from typing import Any

import msgspec

from apportion import validation
from apportion.errors import FieldError, FieldTypeError
from apportion.model.plain import to_plain
from apportion.model.task import TaskRequirements
from apportion.runtime.submission import TaskOptions, new_id
from apportion.sdk.trace import current_traceparent
from apportion.wire.limits import TASK_LIST_BODY

MOST_AT_ONCE = 10_000
"""Tasks that one request takes."""

NEEDS = frozenset(TaskRequirements.field_names()) - {"task_type"}
"""Options that are requirements."""

_NAMES = frozenset({"capabilities", "affinity", "anti_affinity", "avoid"})
_KNOWN = (*TaskOptions.__annotations__, "task_type", "payload")
_ALL_KNOWN = frozenset(_KNOWN)

# Strict, where msgspec would make null of NaN and text of bytes.
_json = JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode


def submission(given: Mapping[str, Any], where: str = "submit") -> bytes:
    """Return one task as it is sent.

    One that brings no key gets one, so that it may be sent twice and is taken once.

    Args:
        given: type, payload and options, as in `TaskSpec`; what is None counts as left out.
        where: what the task is called in messages.

    Raises:
        FieldError, FieldTypeError: naming the option.
    """
    if not _ALL_KNOWN.issuperset(given):
        validation.known_fields(where, given, _KNOWN)
    sent = {name: value for name, value in given.items() if value is not None and name not in NEEDS}
    if "task_type" not in sent:
        raise FieldTypeError(f"{where}.task_type", "is required and missing")
    needs = needs_of(given, where)
    whole = sent.pop("requirements", None)
    if whole is not None:
        if needs:
            raise FieldError(f"{where}.{min(needs)}", "is part of requirements, which are given too; give it once")
        needs = _plain(whole, sent["task_type"], where)
    if needs:
        sent["requirements"] = needs
    if "idempotency_key" not in sent:
        sent["idempotency_key"] = new_id()
    if "traceparent" not in sent and (trace := current_traceparent()) is not None:
        sent["traceparent"] = trace
    if "payload" in sent:
        sent["payload"] = json_of(f"{where}.payload", sent["payload"])
    return encoded(where, sent)


def needs_of(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the requirements among the options, as they are sent.

    Raises:
        FieldError, FieldTypeError: naming the option.
    """
    needs: dict[str, Any] = {}
    for name in NEEDS.intersection(given):
        value = given[name]
        if name in _NAMES:
            needs[name] = sorted(validation.names(f"{where}.{name}", value))
        elif name == "constraints":
            needs[name] = [to_plain(each) for each in validation.items(f"{where}.constraints", value)]
        elif value is not None:
            needs[name] = value
    return needs


def _plain(requirements: TaskRequirements | Mapping[str, Any], task_type: str, where: str) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(validation.mapping(f"{where}.requirements", _dict(requirements)))
    if plain.pop("task_type", None) not in {None, task_type}:
        raise FieldError(f"{where}.requirements.task_type", f"must be {task_type!r} or be left out")
    return plain


def _dict(requirements: TaskRequirements | Mapping[str, Any]) -> Mapping[str, Any]:
    return requirements.to_dict() if isinstance(requirements, TaskRequirements) else requirements


def json_of(field: str, value: object) -> msgspec.Raw:
    """Return a value as JSON.

    Raises:
        FieldTypeError: it is none; NaN and infinities are none.
    """
    try:
        return msgspec.Raw(_json(value).encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise FieldTypeError(field, f"must be JSON: {error}") from None


def encoded(where: str, sent: object) -> bytes:
    """Return a message as JSON.

    Raises:
        FieldTypeError: something in it is of no type that JSON has.
    """
    try:
        return msgspec.json.encode(sent)
    except (TypeError, ValueError, RecursionError) as error:
        raise FieldTypeError(where, f"must be JSON: {error}") from None


def lists_of(submissions: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Put tasks into lists that one request takes; return each with the number of tasks in it."""
    held: list[bytes] = []
    size = 2
    for each in submissions:
        if held and (len(held) == MOST_AT_ONCE or size + len(each) + 1 > TASK_LIST_BODY):
            yield b"[%b]" % b",".join(held), len(held)
            held, size = [], 2
        held.append(each)
        size += len(each) + 1
    if held:
        yield b"[%b]" % b",".join(held), len(held)
