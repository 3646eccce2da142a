"""A circuit breaker for each worker: one that keeps failing what others can do is cooled down, tried, and eased in."""

from __future__ import annotations

from collections import OrderedDict
from enum import StrEnum
from math import inf, log

_UNLIKELY = log(1000.0)
"""A run of failures is held against a worker once chance explains it in one case of a thousand."""

_LEAST_RATE = 0.2
"""However seldom others fail, so much is allowed for: five failures in a row are the fewest that count."""

_MOST_USUAL = 0.5
"""However often a worker fails, no more is taken for usual: who does nothing right is found after ten failures."""

_TYPES = 1024
_MEMORY = 64.0
"""Outcomes of a worker at a type after which older ones count half."""

_LONGEST = 300.0
_ALL_EASED_IN = 64


class Circuit(StrEnum):
    """Where a worker's breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"
    SLOW_START = "slow-start"


class Breaker:
    """One worker's breaker.

    Attributes:
        circuit: where it stands.
        until: Unix seconds until which it is open.
        reason: why it is.
        allowance: how many tasks the worker may hold at once.
        cooldown: seconds for which it opens next.
        row: failures since the last success, by type.
    """

    __slots__ = ("allowance", "circuit", "cooldown", "reason", "row", "until")

    def __init__(self) -> None:
        self.circuit = Circuit.CLOSED
        self.until = 0.0
        self.reason = ""
        self.allowance = inf
        self.cooldown = 0.0
        self.row: dict[str, int] = {}

    def open(self, now: float, first: float, reason: str) -> float:
        """Give the worker nothing for a while, each time twice as long; return the seconds."""
        self.cooldown = min(_LONGEST, self.cooldown * 2 or first)
        self.circuit, self.until, self.reason, self.allowance = Circuit.OPEN, now + self.cooldown, reason, 0
        self.row.clear()
        return self.cooldown

    def half_open(self) -> None:
        """Try the worker with one task at a time."""
        self.circuit, self.allowance = Circuit.HALF_OPEN, 1
        self.row.clear()

    def succeeded(self) -> None:
        """The worker has done something: it is allowed twice as many at once, until that is no matter any more."""
        self.row.clear()
        if self.circuit is Circuit.CLOSED or self.circuit is Circuit.OPEN:
            return
        self.circuit, self.allowance = Circuit.SLOW_START, self.allowance * 2
        if self.allowance > _ALL_EASED_IN:
            self.circuit, self.allowance, self.cooldown, self.reason = Circuit.CLOSED, inf, 0.0, ""

    def failed(self, task_type: str) -> None:
        """The worker has failed at something."""
        self.row[task_type] = self.row.get(task_type, 0) + 1


class Peers:
    """How often each type fails, and at whom: what a failure says of a worker is how seldom the others fail there."""

    def __init__(self) -> None:
        self._types: OrderedDict[str, dict[str, list[float]]] = OrderedDict()

    def learn(self, worker_id: str, task_type: str, *, success: bool) -> None:
        """Take in an outcome."""
        workers = self._types.get(task_type)
        if workers is None:
            workers = self._types[task_type] = {}
            if len(self._types) > _TYPES:
                self._types.popitem(last=False)
        self._types.move_to_end(task_type)
        counts = workers.setdefault(worker_id, [0.0, 0.0])
        counts[not success] += 1.0
        if counts[0] + counts[1] > _MEMORY:
            counts[:] = [count / 2 for count in counts]

    def forget(self, worker_id: str) -> None:
        """A worker has gone."""
        for workers in self._types.values():
            workers.pop(worker_id, None)

    def evidence(self, worker_id: str, row: dict[str, int]) -> float:
        """Return how unlikely such a row of failures would be at the others: minus the logarithm of the chance.

        A type at which nobody else succeeds says nothing of a worker.
        """
        return sum(number * self._weight(worker_id, task_type, number) for task_type, number in row.items())

    def _weight(self, worker_id: str, task_type: str, number: int) -> float:
        workers = self._types.get(task_type, {})
        others = [counts for id, counts in workers.items() if id != worker_id]
        successes, failures = (sum(counts[which] for counts in others) for which in (0, 1))
        if successes < 1.0:
            return 0.0
        rate = (failures + 1.0) / (successes + failures + 2.0)
        return -log(max(_LEAST_RATE, rate, _usual(workers.get(worker_id), number)))

    def is_unlikely(self, worker_id: str, row: dict[str, int]) -> bool:
        """Return whether a row of failures is held against a worker."""
        return self.evidence(worker_id, row) >= _UNLIKELY


def _usual(counts: list[float] | None, number: int) -> float:
    """Return how often a worker failed before its present row of failures; 0 where it never did anything right.

    Who always failed every second task is no news: whether that is worth it is for the strategy to weigh.
    """
    if counts is None or not counts[0]:
        return 0.0
    before = max(0.0, counts[1] - number)
    return min(_MOST_USUAL, before / (counts[0] + before + 2.0))
