"""What a shadow is predicted to gain or lose, from decisions of which the outcome is known."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, hypot, sqrt
from typing import NamedTuple

from apportion.model.plain import Plain

LEAST_OUTCOMES = 30
LEAST_DIFFERENT = 10
"""Below either, whatever stands in the account is luck."""

_WIDTH = 1.96
"""Standard deviations on each side that hold 95 % of a normal quantity."""


class Wish(NamedTuple):
    """What a shadow wanted at one decision, and what was expected then, in seconds to a success.

    Attributes:
        worker: whom it wanted; None: nobody.
        live: expected of the worker that was chosen.
        wanted: expected of the worker that it wanted.
        doubt: standard deviation of the logarithm of ``wanted``.
    """

    worker: str | None
    live: float
    wanted: float
    doubt: float


@dataclass(frozen=True)
class Gain(Plain):
    """What a shadow would save.

    Attributes:
        seconds: a task, on average; negative: what it would cost.
        low, high: the interval around it, 95 %.
        share: ``seconds`` as a share of what a task takes now.
    """

    seconds: float
    low: float
    high: float
    share: float


class ShadowAccount:
    """Sums over outcomes.

    A decision at which both agree has no difference, whatever came of it. Where they differ, what the live strategy's
    choice really took stands against what is expected of the other, in the scale of what is expected and what comes.
    A failed attempt took its time and what is then expected again. This is the direct method with the outcomes that
    are there (Dudík, Langford and Li, "Doubly robust policy evaluation and learning", ICML 2011, section 2).
    """

    def __init__(self) -> None:
        self.decisions = 0
        self.different = 0
        self.unknown = 0
        self.outcomes = 0
        self._judged = 0  # outcomes of decisions at which they differ
        self._took = 0.0
        self._expected = 0.0
        self._real = 0.0
        self._real_squared = 0.0
        self._wanted = 0.0
        self._wanted_squared = 0.0
        self._product = 0.0
        self._more = 0.0  # by which what was wanted may take longer than expected, at the edge of the interval
        self._less = 0.0

    def decided(self, *, different: bool, unknown: bool) -> None:
        """Count a decision."""
        self.decisions += 1
        self.different += different
        self.unknown += unknown

    def ended(self, wish: Wish | None, live: float, success: bool, duration: float) -> None:
        """Take in an outcome.

        Args:
            wish: what the shadow wanted; None: the worker that was chosen.
            live: seconds to a success that were expected of the worker that was chosen.
            success: whether the attempt succeeded.
            duration: seconds that it took.
        """
        real = duration if success else duration + live
        self.outcomes += 1
        self._took += real
        self._expected += live
        if wish is None:
            return
        self._judged += 1
        self._real += real
        self._real_squared += real * real
        self._wanted += wish.wanted
        self._wanted_squared += wish.wanted * wish.wanted
        self._product += real * wish.wanted
        self._more += wish.wanted * expm1(_WIDTH * wish.doubt)
        self._less -= wish.wanted * expm1(-_WIDTH * wish.doubt)

    @property
    def verdict(self) -> str:
        """``better``, ``worse``, ``even`` or ``too-early``."""
        gain = self.gain
        if gain is None:
            return "too-early"
        if gain.low > 0:
            return "better"
        return "worse" if gain.high < 0 else "even"

    @property
    def gain(self) -> Gain | None:
        """What it would save; None where there is too little to say.

        The interval holds the luck of the outcomes, and the doubt about the workers that the shadow wanted, taken to be
        wrong all the same way. That doubt is one of a factor, so what it could cost reaches further than what it could
        save: nobody takes less than no time.
        """
        n = self.outcomes
        too_few = n < LEAST_OUTCOMES or (self.different > 0 and self._judged < LEAST_DIFFERENT)
        if too_few or self._expected <= 0 or self._took <= 0:
            return None
        scale = self._took / self._expected
        mean = (self._real - scale * self._wanted) / n
        square = (self._real_squared - 2 * scale * self._product + scale * scale * self._wanted_squared) / n
        luck = _WIDTH * sqrt(max(0.0, square - mean * mean) / n)
        low, high = mean - hypot(luck, scale * self._more / n), mean + hypot(luck, scale * self._less / n)
        return Gain(mean, low, high, mean * n / self._took)
