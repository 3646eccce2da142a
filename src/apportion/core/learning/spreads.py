"""How far workers differ: at one type of task, and of that, how far only by type."""

from __future__ import annotations

_MEMORY = 200.0
_FIRST = 0.4
_FIRST_N = 4.0
_LEAST = 0.001
"""Equal workers are believed to be equal, so that an unlucky first task keeps nobody out."""

_FURTHEST = 4.0
_LEAST_SHARE = 0.1
_LEAST_OWN = _LEAST_SHARE * _LEAST
_ENOUGH = 0.25


class Spreads:
    """Variances of log durations, learned by their moments: a worker's effect over all types, and what is left by type.

    Attributes:
        total: variance between workers at one type; ``total_n``: of how many it is a mean.
        own: the variance that is left by type, as measured on workers that have shown several; ``own_n``: likewise.
        by_type: what is believed to be left by type, when a worker's effect over all types is taken away.
        ratio: of that to the variance of workers' effects: how many types it takes to know a worker.
    """

    __slots__ = ("by_type", "own", "own_n", "ratio", "total", "total_n")

    def __init__(self) -> None:
        self.total = _FIRST
        self.total_n = _FIRST_N
        self.own = _FIRST / 2.0
        self.own_n = _FIRST_N
        self._divide()

    def observe(self, apart: float, noise: float, effect: float, weight: float) -> None:
        """Take in how a worker stands at a type.

        Args:
            apart: its mean log duration relative to the type's.
            noise: variance of that mean by chance.
            effect: what its other types lead one to expect.
            weight: how many types that rests on.
        """
        if self.total_n < _MEMORY:
            self.total_n += 1.0
        squared = apart * apart
        found = (squared if squared < _FURTHEST else _FURTHEST) - noise
        total = self.total + (found - self.total) / self.total_n
        self.total = total if total > _LEAST else _LEAST
        self._divide()
        if weight > _ENOUGH:
            squared = (apart - effect) ** 2
            doubtful = 1.0 + 1.0 / (weight + self.ratio)
            found = ((squared if squared < _FURTHEST else _FURTHEST) - noise) / doubtful
            if self.own_n < _MEMORY:
                self.own_n += 1.0
            own = self.own + (found - self.own) / self.own_n
            self.own = own if own > _LEAST_OWN else _LEAST_OWN
            self._divide()

    def _divide(self) -> None:
        """Divide the total variance: what is left by type is neither all of it nor nothing."""
        total, by_type = self.total, self.own
        if by_type > (1.0 - _LEAST_SHARE) * total:
            by_type = (1.0 - _LEAST_SHARE) * total
        elif by_type < _LEAST_SHARE * total:
            by_type = _LEAST_SHARE * total
        self.by_type = by_type
        self.ratio = by_type / (total - by_type)

    def state(self) -> list[float]:
        """Return it as plain numbers."""
        return [self.total, self.total_n, self.own, self.own_n]

    def restore(self, numbers: list[float]) -> None:
        """Take over what `state` gave."""
        self.total, self.total_n, self.own, self.own_n = numbers
        self._divide()
