"""What happened within a few seconds, as counts."""

from __future__ import annotations

from collections import Counter
from math import ceil, log2

_LEAST = 0.001
_STEPS = 4
"""Sizes of waits are told apart in steps of a quarter octave: a quantile is right to within 19 %."""


class Bucket:
    """Counts of a few seconds.

    Attributes:
        number: which seconds: the time divided by the step.
        counts: name -> how often it happened.
        waits: how long tasks had waited that were started, by size.
        waiting, held: tasks at the end of it; None: nobody counted them.
    """

    __slots__ = ("counts", "held", "number", "waiting", "waits")

    def __init__(self, number: int, waiting: int | None = 0, held: int | None = 0) -> None:
        self.number = number
        self.counts: Counter[str] = Counter()
        self.waits: Counter[int] = Counter()
        self.waiting = waiting
        self.held = held


def size_of(seconds: float) -> int:
    """Return the size class of a wait."""
    return 0 if seconds <= _LEAST else ceil(_STEPS * log2(seconds / _LEAST))


def quantile(waits: Counter[int], share: float) -> float | None:
    """Return the wait, in seconds, below which a share of all lie; None where there is none."""
    left = share * waits.total()
    for size in sorted(waits):
        left -= waits[size]
        if left <= 0:
            return 0.0 if size == 0 else float(_LEAST * 2 ** (size / _STEPS))
    return None
