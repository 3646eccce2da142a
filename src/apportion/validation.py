"""Checks for the fields of values: each returns the value as it is kept, or raises naming field, value and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from numbers import Integral, Real

from apportion.errors import FieldError, FieldTypeError, did_you_mean


def number(field: str, value: object, *, least: float | None = None, above: float | None = None,
           most: float | None = None) -> float:
    """Return a finite number within the bounds; booleans are no numbers.

    Raises:
        FieldTypeError: it is not a number.
        FieldError: it is not finite, or outside ``least <= value <= most`` or ``above < value``.
    """
    if type(value) is not int and type(value) is not float:
        value = _plain_number(field, value)
    if not isfinite(value):
        raise FieldError(field, f"must be a finite number, not {value!r}")
    if least is not None and value < least:
        raise FieldError(field, f"must be at least {least:g}, not {value!r}")
    if above is not None and value <= above:
        raise FieldError(field, f"must be greater than {above:g}, not {value!r}")
    if most is not None and value > most:
        raise FieldError(field, f"must be at most {most:g}, not {value!r}")
    return value


def _plain_number(field: str, value: object) -> float:
    """Turn numpy's numbers, fractions and the like into Python's own; refuse everything else."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise FieldTypeError(field, f"must be a number, not {_shown(value)}")
    return int(value) if isinstance(value, Integral) else float(value)


def optional_number(field: str, value: object, *, least: float | None = None, above: float | None = None,
                    most: float | None = None) -> float | None:
    """Return None or a number, checked as by `number`."""
    return None if value is None else number(field, value, least=least, above=above, most=most)


def count(field: str, value: object, *, least: int = 0) -> int:
    """Return a whole number of at least ``least``."""
    whole = number(field, value, least=least)
    if whole != int(whole):
        raise FieldError(field, f"must be a whole number, not {value!r}")
    return int(whole)


def flag(field: str, value: object) -> bool:
    """Return a boolean; nothing else is taken for one."""
    if not isinstance(value, bool):
        raise FieldTypeError(field, f"must be true or false, not {_shown(value)}")
    return value


def text(field: str, value: object) -> str:
    """Return a string that is not empty."""
    if not isinstance(value, str):
        raise FieldTypeError(field, f"must be a string, not {_shown(value)}")
    if not value:
        raise FieldError(field, "must not be empty")
    return value


def optional_text(field: str, value: object) -> str | None:
    """Return None or a string that is not empty."""
    return None if value is None else text(field, value)


def names(field: str, value: object) -> frozenset[str]:
    """Return a set of non-empty strings from any iterable of them.

    Raises:
        FieldTypeError: it is a bare string (whose letters were hardly meant), or no iterable, or holds non-strings.
        FieldError: it holds an empty string.
    """
    if isinstance(value, (str, bytes)):
        raise FieldTypeError(field, f"must be a collection of strings, not the bare string {value!r}; write [{value!r}]")
    if not isinstance(value, Iterable) or isinstance(value, Mapping):
        raise FieldTypeError(field, f"must be a collection of strings, not {_shown(value)}")
    kept = frozenset(value)
    for name in kept:
        text(f"{field} (each)", name)
    return kept


def mapping(field: str, value: object) -> Mapping[str, object]:
    """Return a mapping whose keys are non-empty strings."""
    if not isinstance(value, Mapping):
        raise FieldTypeError(field, f"must be a mapping, not {_shown(value)}")
    for key in value:
        text(f"{field} (each key)", key)
    return value


def known_fields(owner: str, given: Iterable[object], known: Iterable[str]) -> None:
    """Refuse a field that ``owner`` does not have, naming the nearest that it has.

    Raises:
        FieldError: on the first unknown name.
    """
    allowed = list(known)
    for name in given:
        if name not in allowed:
            raise FieldError(f"{owner}.{name}", f"unknown field{did_you_mean(name, allowed)}; known: {', '.join(allowed)}")


def _shown(value: object) -> str:
    """Name a value for a message, without printing pages of it."""
    shown = repr(value)
    return f"{shown if len(shown) <= 80 else shown[:77] + '...'} ({type(value).__name__})"


def required_fields(owner: str, given: Iterable[str], required: Iterable[str]) -> None:
    """Refuse data in which a required field is missing.

    Raises:
        FieldTypeError: naming the first that is missing.
    """
    for name in required:
        if name not in given:
            raise FieldTypeError(f"{owner}.{name}", "is required and missing")
