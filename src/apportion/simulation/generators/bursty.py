"""``bursty``: a Markov-modulated Poisson process of two states, calm and burst (MMPP-2).

The state changes at exponential times; within a state arrivals are Poisson. The mean rate is as given, whatever the
burst. The defaults make 60 s counts about as uneven as those of the ``code`` service in the Azure LLM trace of 2023
(peak/mean 4.2 in 60 s windows): bursts of four times the mean rate, a minute long, a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apportion import validation
from apportion.clock import Random
from apportion.errors import FieldError
from apportion.model.plain import Plain
from apportion.simulation.generators.plain_rows import COLUMNS, amount_of, rows_at
from apportion.simulation.scenario.amount import Amount
from apportion.simulation.scenario.row import Row


@dataclass(frozen=True)
class Bursty(Plain):
    """Arrivals in bursts.

    Attributes:
        limit: tasks in all, >= 1.
        rate: tasks a second on average over time, > 0.
        burst: rate within a burst / mean rate, > 1; ``burst * burst_share`` is at most 1.
        burst_share: share of the time that is burst, > 0 and < 1.
        burst_seconds: mean length of a burst, > 0.
        work: how much work a task is.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    limit: int = 10_000
    rate: float = 1.0
    burst: float = 4.0
    burst_share: float = 0.1
    burst_seconds: float = 60.0
    work: Amount | Mapping[str, Any] = field(default_factory=Amount)

    def __post_init__(self) -> None:
        validation.count("Bursty.limit", self.limit, least=1)
        for name in ("rate", "burst_share", "burst_seconds"):
            validation.number(f"Bursty.{name}", getattr(self, name), above=0)
        validation.number("Bursty.burst", self.burst, above=1)
        if self.burst_share >= 1:
            raise FieldError("Bursty.burst_share", f"must be below 1, not {self.burst_share!r}")
        if self.burst * self.burst_share > 1:
            most = 1 / self.burst_share
            raise FieldError("Bursty.burst", f"must be at most {most:g} at this burst_share, not {self.burst!r}")
        self.__dict__["work"] = amount_of(self.work)

    @property
    def columns(self) -> Mapping[str, str]:
        """What expressions may ask for."""
        return COLUMNS

    def rows(self, rng: Random) -> Iterator[Row]:
        """Return the rows in the order of their arrival."""
        return rows_at(self._arrivals(rng), amount_of(self.work), self.limit, rng)

    def _arrivals(self, rng: Random) -> Iterator[float]:
        """Yield arrivals state by state: within one they are Poisson, and a new state begins afresh."""
        share = self.burst_share
        calm_rate = self.rate * (1 - self.burst * share) / (1 - share)
        states = ((calm_rate, self.burst_seconds * (1 - share) / share), (self.rate * self.burst, self.burst_seconds))
        begin, bursting = 0.0, False
        while True:
            rate, seconds = states[bursting]
            end = begin + rng.expovariate(1 / seconds)
            now = begin
            while rate > 0:
                now += rng.expovariate(rate)
                if now >= end:
                    break
                yield now
            begin, bursting = end, not bursting
