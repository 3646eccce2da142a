"""JSON as stores keep it: text, never an object that others can change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from apportion.errors import FieldError, FieldTypeError

_bytes_of: Callable[[Any], bytes] | None
_value_of: Callable[[str], Any] | None
try:
    # Several times as quick, where an extra has brought it.
    from msgspec.json import decode as _value_of
    from msgspec.json import encode as _bytes_of
except ImportError:
    _bytes_of = _value_of = None

DEPTH_LIMIT: Final = 200
"""Levels of lists and objects. Reading deeper ones back could exceed the interpreter's stack, and one such task would
make every page on which it stands unreadable."""


class SoundJson(dict[str, Any]):
    """A JSON object that was put together here, of plain and finite values: nothing in it needs to be looked at."""

    __slots__ = ()


# ASCII only: any string survives, lone surrogates from a command's output included. NaN and Infinity are no JSON.
_encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


def encode(field: str, value: Any) -> str | None:
    """Return ``value`` as JSON text; None stays None.

    Raises:
        FieldTypeError: it holds something that JSON has no form for.
        FieldError: it holds NaN or an infinity, contains itself, or is nested too deeply.
    """
    if value is None:
        return None
    if type(value) is SoundJson:
        quick = _quickly(value)
        if quick is not None:
            return quick
    try:
        text = _encoder.encode(value)
    except TypeError as problem:
        raise FieldTypeError(field, f"must be JSON: {problem}") from problem
    except ValueError as problem:
        raise FieldError(field, f"must be JSON: {problem}") from problem
    except RecursionError as problem:
        raise FieldError(field, _TOO_DEEP) from problem
    # Counting brackets is a fast proof of innocence for nearly all.
    if text.count("[") + text.count("{") > DEPTH_LIMIT and _deeper_than_the_limit(value):
        raise FieldError(field, _TOO_DEEP)
    return text


def _quickly(value: SoundJson) -> str | None:
    """Return it as text; None where the long way has to find a form, or words for what is wrong."""
    if _bytes_of is None:
        return None
    try:
        return _bytes_of(value).decode()
    except (TypeError, ValueError, OverflowError):
        return None


def decode(text: str | None) -> Any:
    """Return the value that `encode` was given, as new objects."""
    if text is None:
        return None
    if _value_of is not None:
        try:
            return _value_of(text)
        except ValueError:
            pass  # half a surrogate pair, say, which JSON has a form for and it has not
    return json.loads(text)


_TOO_DEEP: Final = f"is nested deeper than {DEPTH_LIMIT} levels; flatten it"


def _deeper_than_the_limit(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH_LIMIT):
        level = [item for container in level for item in _items(container) if isinstance(item, (dict, list, tuple))]
        if not level:
            return False
    return True


def _items(container: dict[str, Any] | Sequence[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container
