"""What was worked out of values that never change, kept by which value it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ByIdentity(Generic[K, V]):
    """Works out something of a value once, where many share one value.

    Kept by identity: values that are equal in Python, 1 and true in a constraint, are not the same as JSON; and finding
    an object takes less time than comparing two.

    Args:
        work_out: what is asked; its answer must not be changed by whoever gets it.
        most: how many answers are kept; when they are too many, all are dropped.
    """

    def __init__(self, work_out: Callable[[K], V], most: int = 256) -> None:
        self._work_out = work_out
        self._most = most
        self._kept: dict[int, tuple[K, V]] = {}

    def __call__(self, value: K) -> V:
        """Return the answer for a value, which is kept alive with it."""
        kept = self._kept.get(id(value))
        if kept is not None and kept[0] is value:
            return kept[1]
        answer = self._work_out(value)
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[id(value)] = value, answer
        return answer
