"""``diurnal``: a day and a night: Poisson arrivals whose rate follows a sine wave.

Made by thinning (Lewis and Shedler, "Simulation of nonhomogeneous Poisson processes by thinning", 1979).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import pi, sin
from typing import Any

from apportion import validation
from apportion.clock import Random
from apportion.model.plain import Plain
from apportion.simulation.generators.plain_rows import COLUMNS, amount_of, rows_at
from apportion.simulation.scenario.amount import Amount
from apportion.simulation.scenario.row import Row


@dataclass(frozen=True)
class Diurnal(Plain):
    """Arrivals by day and by night: rate(t) = rate * (1 + swing * sin(2 pi t / period)).

    Attributes:
        limit: tasks in all, >= 1.
        rate: tasks a second on average over a period, > 0.
        swing: how far the rate goes up and down, as a share of the mean, 0..1.
        period: seconds of one day and night, > 0.
        work: how much work a task is.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    limit: int = 10_000
    rate: float = 1.0
    swing: float = 0.8
    period: float = 86_400.0
    work: Amount | Mapping[str, Any] = field(default_factory=Amount)

    def __post_init__(self) -> None:
        validation.count("Diurnal.limit", self.limit, least=1)
        validation.number("Diurnal.rate", self.rate, above=0)
        validation.number("Diurnal.swing", self.swing, least=0, most=1)
        validation.number("Diurnal.period", self.period, above=0)
        self.__dict__["work"] = amount_of(self.work)

    @property
    def columns(self) -> Mapping[str, str]:
        """What expressions may ask for."""
        return COLUMNS

    def rows(self, rng: Random) -> Iterator[Row]:
        """Return the rows in the order of their arrival."""
        return rows_at(self._arrivals(rng), amount_of(self.work), self.limit, rng)

    def _arrivals(self, rng: Random) -> Iterator[float]:
        now, highest = 0.0, self.rate * (1 + self.swing)
        while True:
            now += rng.expovariate(highest)
            if rng.random() * highest <= self.rate * (1 + self.swing * sin(2 * pi * now / self.period)):
                yield now
