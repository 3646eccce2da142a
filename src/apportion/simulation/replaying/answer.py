"""What a replay answers: what happened, and what would have, strategy by strategy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apportion.model.plain import Plain
from apportion.simulation.comparison import finite
from apportion.simulation.replaying.estimate import Interval, Work


@dataclass(frozen=True)
class Actual(Plain):
    """What the record says really happened.

    Attributes:
        tasks: with an outcome.
        decisions: with an outcome.
        workers, types: how many.
        span: seconds from the first submit to the last decision.
        strategy: who decided most often.
        work: mean seconds that an attempt took.
        overhead: mean seconds of an attempt between decision and end in which it did not run: what the run itself took.
        flow: mean seconds from a submit to success.
        wait: mean seconds from a submit to the first decision.
        failed: share of the tasks that failed in the end.
    """

    tasks: int
    decisions: int
    workers: int
    types: int
    span: float
    strategy: str
    work: float
    overhead: float
    flow: float
    wait: float
    failed: float


@dataclass(frozen=True)
class Estimate(Plain):
    """What one strategy would have done.

    Attributes:
        strategy: its name.
        work: what its choices would have cost, each at its own moment.
        flow: mean seconds from submit to success, had it decided all the time.
        wait: mean seconds from submit to start.
        failed: share of the tasks that would have failed in the end.
        change: of ``flow`` against the strategy that decided, -0.1: 10 % less.
        doubts: why it should be believed less, in sentences.
    """

    strategy: str
    work: Work
    flow: Interval
    wait: Interval
    failed: Interval
    change: Interval | None
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Replay:
    """A record, replayed.

    Attributes:
        actual: what happened.
        check: what the model says of the strategy that decided; None: nobody knows that one by name.
        estimates: of each strategy.
        doubts: what is wrong with the record as a whole, in sentences.
    """

    actual: Actual
    check: Interval | None
    estimates: tuple[Estimate, ...]
    doubts: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON; what is not a number is null."""
        return {
            "actual": finite(self.actual.to_dict()),
            "check": None if self.check is None else finite(self.check.to_dict()),
            "estimates": [finite(each.to_dict()) for each in self.estimates],
            "doubts": list(self.doubts),
        }
