"""The last values of a series, within a bounded space."""

from __future__ import annotations

from collections import deque
from math import ceil, fsum


class Window:
    """The last ``size`` numbers that were added.

    Args:
        size: how many are kept, at least one.
    """

    def __init__(self, size: int) -> None:
        self._values: deque[float] = deque(maxlen=size)

    def __len__(self) -> int:
        return len(self._values)

    def add(self, value: float) -> None:
        """Add a number; the oldest goes where the window is full."""
        self._values.append(value)

    def mean(self) -> float:
        """Return the mean; 0 of nothing."""
        return fsum(self._values) / len(self._values) if self._values else 0.0

    def percentiles(self, *shares: float) -> list[float]:
        """Return, for each share in 0..1, the least value that at least this share of the values does not exceed.

        This is the nearest-rank percentile, which is always a value that was there; 0 of nothing.
        """
        ordered = sorted(self._values)
        return [ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0 for share in shares]
