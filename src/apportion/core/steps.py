"""Long work in short steps: whoever drives it may do something else between two of them."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Work that pauses now and then, and returns its result at the end."""

_STEP = 500
"""Workers that are looked at between two pauses: one or two milliseconds."""


def slices(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Return the items in the pieces that one step is made of."""
    return (items[start : start + _STEP] for start in range(0, len(items), _STEP))


def finished(steps: Steps[T]) -> T:
    """Take all steps at once, and return the result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
