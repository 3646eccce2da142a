"""How much work a generated task is: a distribution with a given mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, sqrt

from apportion import validation
from apportion.clock import Random
from apportion.errors import FieldError, did_you_mean
from apportion.model.plain import Plain


@dataclass(frozen=True)
class Amount(Plain):
    """A distribution of amounts of work.

    Attributes:
        distribution: ``constant``, ``exponential``, ``lognormal``, ``pareto`` or ``uniform`` (0 to twice the mean).
        mean: of the distribution, > 0.
        cv: coefficient of variation (standard deviation / mean) of a lognormal distribution, > 0.
        alpha: tail index of a Pareto distribution, > 1; at 2 and below the variance is infinite.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    distribution: str = "exponential"
    mean: float = 1.0
    cv: float = 1.0
    alpha: float = 2.5

    def __post_init__(self) -> None:
        if self.distribution not in DISTRIBUTIONS:
            nearest = did_you_mean(self.distribution, DISTRIBUTIONS)
            known = ", ".join(DISTRIBUTIONS)
            raise FieldError("Amount.distribution", f"unknown: {self.distribution!r}{nearest}; known: {known}")
        validation.number("Amount.mean", self.mean, above=0)
        validation.number("Amount.cv", self.cv, above=0)
        validation.number("Amount.alpha", self.alpha, above=1)

    def draw(self, rng: Random) -> float:
        """Return one amount, > 0."""
        return max(_LEAST, _DRAWS[self.distribution](self, rng))


_LEAST = 1e-9


def _lognormal(amount: Amount, rng: Random) -> float:
    spread = log(1.0 + amount.cv**2)  # of the logarithm, so that mean and cv are as given
    return amount.mean * exp(rng.gauss(0.0, 1.0) * sqrt(spread) - spread / 2)


def _pareto(amount: Amount, rng: Random) -> float:
    return rng.paretovariate(amount.alpha) * amount.mean * (amount.alpha - 1) / amount.alpha


_DRAWS: dict[str, Callable[[Amount, Random], float]] = {
    "constant": lambda amount, _: amount.mean,
    "exponential": lambda amount, rng: rng.expovariate(1.0 / amount.mean),
    "lognormal": _lognormal,
    "pareto": _pareto,
    "uniform": lambda amount, rng: rng.uniform(0.0, 2.0 * amount.mean),
}
DISTRIBUTIONS = tuple(_DRAWS)
