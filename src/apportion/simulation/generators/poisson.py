"""``poisson``: independent arrivals at a constant rate, as of many users who know nothing of each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apportion import validation
from apportion.clock import Random
from apportion.model.plain import Plain
from apportion.simulation.generators.plain_rows import COLUMNS, amount_of, rows_at
from apportion.simulation.scenario.amount import Amount
from apportion.simulation.scenario.row import Row


@dataclass(frozen=True)
class Poisson(Plain):
    """Poisson arrivals.

    Attributes:
        limit: tasks in all, >= 1.
        rate: tasks a second, > 0.
        work: how much work a task is.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    limit: int = 10_000
    rate: float = 1.0
    work: Amount | Mapping[str, Any] = field(default_factory=Amount)

    def __post_init__(self) -> None:
        validation.count("Poisson.limit", self.limit, least=1)
        validation.number("Poisson.rate", self.rate, above=0)
        self.__dict__["work"] = amount_of(self.work)

    @property
    def columns(self) -> Mapping[str, str]:
        """What expressions may ask for."""
        return COLUMNS

    def rows(self, rng: Random) -> Iterator[Row]:
        """Return the rows in the order of their arrival."""
        return rows_at(self._arrivals(rng), amount_of(self.work), self.limit, rng)

    def _arrivals(self, rng: Random) -> Iterator[float]:
        now = 0.0
        while True:
            now += rng.expovariate(self.rate)
            yield now
