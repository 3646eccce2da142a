"""Checks for the fields of values: each returns the value as it is kept, or raises naming field, value and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from numbers import Integral, Real
from typing import Any, TypeGuard, TypeVar

from apportion.errors import FieldError, FieldTypeError, did_you_mean

V = TypeVar("V")


def number(
    field: str, value: object, *, least: float | None = None, above: float | None = None, most: float | None = None
) -> float:
    """Return a finite number within the bounds; booleans are no numbers.

    Raises:
        FieldTypeError: it is not a number.
        FieldError: it is not finite, or outside ``least <= value <= most`` or ``above < value``.
    """
    if type(value) is not int and type(value) is not float:
        value = _plain_number(field, value)
    if not _finite(value):
        raise FieldError(field, f"must be a finite number, not {_shown(value)}")
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
    try:
        return int(value) if isinstance(value, Integral) else float(value)
    except OverflowError:
        raise FieldError(field, f"must be a finite number, not {_shown(value)}") from None


def _finite(value: float) -> bool:
    """Return whether a number is finite, and no whole number beyond what a float holds."""
    try:
        return isfinite(value)
    except OverflowError:
        return False


def optional_number(
    field: str, value: object, *, least: float | None = None, above: float | None = None, most: float | None = None
) -> float | None:
    """Return None or a number, checked as by `number`."""
    return None if value is None else number(field, value, least=least, above=above, most=most)


def count(field: str, value: object, *, least: int = 0, most: int | None = None) -> int:
    """Return a whole number of at least ``least`` and at most ``most``."""
    whole = number(field, value, least=least, most=most)
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
    """Return a set of non-empty strings from any iterable of them; raises as `name_list` does."""
    return frozenset(name_list(field, value))


def name_list(field: str, value: object) -> tuple[str, ...]:
    """Return non-empty strings from any iterable of them, in its order.

    Raises:
        FieldTypeError: it is a bare string (whose letters were hardly meant), or no iterable, or holds non-strings.
        FieldError: it holds an empty string.
    """
    if isinstance(value, (str, bytes)):
        problem = f"must be a collection of strings, not the bare string {value!r}; write [{value!r}]"
        raise FieldTypeError(field, problem)
    return tuple([text(f"{field} (each)", name) for name in items(field, value, "a collection of strings")])


def items(field: str, value: object, wanted: str = "a list") -> Iterable[object]:
    """Return a collection that is neither a string nor a mapping."""
    given: object = value
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise FieldTypeError(field, f"must be {wanted}, not {_shown(given)}")
    return value


def mapping(field: str, value: object) -> Mapping[str, object]:
    """Return a mapping whose keys are non-empty strings."""
    if not is_mapping(value):
        raise FieldTypeError(field, f"must be a mapping, not {_shown(value)}")
    for key in value:
        text(f"{field} (each key)", key)
    return value


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Return whether it is a mapping, of whatever to whatever."""
    return isinstance(value, Mapping)


def is_collection(value: object) -> TypeGuard[Iterable[Any]]:
    """Return whether it is a list, a tuple or a set, of whatever."""
    return isinstance(value, (list, tuple, set, frozenset))


def instance(field: str, value: object, cls: type[V]) -> V:
    """Return a value of this class."""
    if not isinstance(value, cls):
        raise FieldTypeError(
            field, f"must be {cls.__name__}, not {_shown(value)}; {cls.__name__}.from_dict reads a dict"
        )
    return value


def known_fields(owner: str, given: Iterable[object], known: Iterable[str]) -> None:
    """Refuse a field that ``owner`` does not have, naming the nearest that it has.

    Raises:
        FieldError: on the first unknown name.
    """
    allowed = list(known)
    for name in given:
        if name not in allowed:
            problem = f"unknown field{did_you_mean(name, allowed)}; known: {', '.join(allowed)}"
            raise FieldError(f"{owner}.{name}", problem)


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
