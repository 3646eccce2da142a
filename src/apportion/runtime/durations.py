"""How long tasks of a type take: a moving average by type, for the queue's order and for estimates of waits."""

from __future__ import annotations

from collections import OrderedDict
from math import exp, log

_FORGETTING = 0.1
_TYPES = 4096
_LEAST = 1e-6


class Durations:
    """Learns from successes. Averages logarithms, so that one day-long task does not hide a thousand short ones."""

    def __init__(self) -> None:
        self._by_type: OrderedDict[str, float] = OrderedDict()
        self._overall = 0.0  # a logarithm of seconds, as those by type are

    def learn(self, task_type: str, seconds: float) -> None:
        """Take in how long one task of the type took."""
        new = log(max(seconds, _LEAST))
        old = self._by_type.pop(task_type, new)
        self._by_type[task_type] = old + _FORGETTING * (new - old)
        first = len(self._by_type) == 1 and old == new
        self._overall = new if first else self._overall + _FORGETTING * (new - self._overall)
        if len(self._by_type) > _TYPES:
            self._by_type.popitem(last=False)

    @property
    def typical(self) -> float:
        """Seconds that a task of a type takes of which nothing has been learned: as all together, or 1."""
        return exp(self._overall)

    def expected(self, task_type: str | None) -> float | None:
        """Return seconds, or None where nothing has been learned."""
        known = self._by_type.get(task_type or "")
        return None if known is None else exp(known)
