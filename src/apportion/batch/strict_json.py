"""JSON as the standard has it: no NaN, no name twice in one object, no half characters."""

from __future__ import annotations

import json
from typing import Any, NoReturn, TypeGuard


def parse(text: str) -> Any:
    """Return the value of one JSON text.

    Raises:
        ValueError: saying what is wrong and, where it is known, in which column (counted from 1).
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except json.JSONDecodeError as error:
        raise ValueError(f"column {error.colno}: not JSON: {error.msg}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("holds half of a character (a lone surrogate), which cannot be written to any file") from None
    return value


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a value is a JSON list."""
    return isinstance(value, list)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON; numbers are finite")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object, unless it has a name twice: which of the two was meant cannot be known."""
    kept: dict[str, Any] = {}
    for name, value in pairs:
        if name in kept:
            raise ValueError(f"the name {name!r} is there twice in one object")
        kept[name] = value
    return kept
