"""How steeply durations grow with a worker's load: evidence of slots that share one machine."""

from __future__ import annotations

from math import copysign, log1p, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_FURTHEST = 4.0
"""Standard deviations at which the residual of one duration is cut off, so that heavy tails invent no slope."""


BEND = 3.0
FULL = log1p(BEND)


def fullness(utilization: float) -> float:
    """Return how full a worker is, on the scale on which log durations grow about evenly.

    Where every task that is there already makes one more take longer by a fixed time, log durations grow as
    log(1 + c u) with the utilisation u, and c = 3 bends about as the slight and the strong cases do.
    """
    return log1p(BEND * utilization)


class LoadSlope:
    """A regression through the origin of residual log durations on residual loads.

    Both residuals are against the means of the same worker at the same type, so that a worker that is slow and busy is
    not mistaken for one that is slow because it is busy.

    Args:
        memory: how many observations are remembered, about.
        prior: what a slope of another size than the known one must outweigh: one over the variance of such slopes.
        doubt: standard errors within which a difference counts for nothing.

    Attributes:
        information: discounted sum of squared loads, over the variance of durations.
        pull: discounted sum of products, over that variance.
    """

    __slots__ = ("_doubt", "_keep", "_prior", "information", "pull")

    def __init__(self, memory: float, prior: float, doubt: float) -> None:
        self._keep = 1.0 - 1.0 / memory
        self._prior = prior
        self._doubt = doubt * doubt
        self.information = 0.0
        self.pull = 0.0

    def observe(self, load: float, log_duration: float, variance: float) -> None:
        """Take in one pair of residuals; ``variance`` is that of a single logarithm of a duration."""
        furthest = _FURTHEST * sqrt(variance)
        if not -furthest < log_duration < furthest:
            log_duration = copysign(furthest, log_duration)
        self.information = self.information * self._keep + load * load / variance
        self.pull = self.pull * self._keep + load * log_duration / variance

    def beyond(self, known: float) -> float:
        """Return by how much the slope differs from a known one, as far as that is more than noise.

        What is within the doubt counts for nothing, and what is far beyond counts whole: Breiman's
        non-negative garrote ("Better subset regression using the nonnegative garrote", Technometrics 37, 1995).
        """
        pull = self.pull - known * self.information
        information = self.information + self._prior
        squared = pull * pull / information
        return pull / information * (1.0 - self._doubt / squared) if squared > self._doubt else 0.0

    def state(self) -> list[float]:
        """Return the evidence as plain numbers."""
        return [self.information, self.pull]

    def restore(self, numbers: Sequence[float]) -> None:
        """Take over what `state` gave."""
        self.information, self.pull = numbers
