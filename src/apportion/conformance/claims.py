"""How a check says what it expects. Not ``assert``, which is gone under ``python -O``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

E = TypeVar("E", bound=BaseException)


def equal(actual: object, expected: object, claim: str) -> None:
    """Raise unless both are equal.

    Raises:
        AssertionError: with the claim and both values.
    """
    if actual != expected:
        raise AssertionError(f"{claim}\n  expected: {expected!r}\n  found:    {actual!r}")


def refused(error: type[E], claim: str, call: Callable[..., object], *arguments: object) -> E:
    """Return the error of this type that the call must raise.

    Raises:
        AssertionError: it raises none, or another.
    """
    try:
        answer = call(*arguments)
    except error as refusal:
        return refusal
    except Exception as other:
        raise AssertionError(f"{claim}\n  expected: {error.__name__}\n  raised:   {other!r}") from other
    raise AssertionError(f"{claim}\n  expected: {error.__name__}\n  answered: {answer!r}")
