"""One worker at one type of task: what its outcomes say."""

from __future__ import annotations

from math import copysign, sqrt
from typing import TYPE_CHECKING

from apportion.core.learning.pick import place_of

if TYPE_CHECKING:
    from apportion.core.learning.pick import Pick
    from apportion.model.task import TaskRequirements

_MEMORY = 0.98
"""What one more duration leaves of the older ones: a memory of about 50."""

_SUCCESS_MEMORY = 0.95
"""What one more outcome leaves of the older ones: a memory of about 20, so that a failing worker is noticed."""

_UNLIKELY = 0.2
_QUICK = 2.0
"""A success of a worker of whose last tasks fewer than a fifth succeeded, or one quicker than two standard deviations,
is hardly luck: what is older counts for less, and the worker is tried again before it must be paid for."""

_SLACK = 0.5
_ALARM = 5.0
_CLIP = 4.0
"""Page's two-sided CUSUM ("Continuous inspection schemes", Biometrika 41, 1954) on standardised residuals: a shift of
two standard deviations raises the alarm after about four outcomes; without a shift, after some hundreds."""


_MOST_OPEN = 256


class Arm:
    """Discounted evidence about one (worker, type).

    Attributes:
        n: how many durations of successes the mean stands for.
        mean: mean logarithm of those durations (seconds), without what the worker's load added to them.
        load: the mean utilisation at which they began; ``slope``: what was taken off a duration for each unit of it.
        successes, failures: discounted counts.
        failure_n, failure_mean: the same of failed attempts' durations.
        open: picks that have had no outcome yet, oldest first; bounded, whatever never comes back.
        tried_at: the type's count of decisions when it was last picked or heard of; ``valued_at``: when its costs were
            last written.
        draw: the current standard normal draw of its doubt.
        reach: how far one standard deviation of that draw moves its cost, as it was last written.
        penalty: logarithmic handicap while much is open and little is known.
        probe: whether it is to be tried next, whatever is believed of it.
        effect: of its worker over its other types, when this was last put into the type's sums.
        given: weight and weighted effect that it last gave to its worker's and kind's sums.
    """

    __slots__ = (
        "_down",
        "_up",
        "draw",
        "effect",
        "failure_mean",
        "failure_n",
        "failures",
        "given",
        "load",
        "mean",
        "n",
        "open",
        "penalty",
        "probe",
        "reach",
        "slope",
        "successes",
        "tried_at",
        "valued_at",
    )

    def __init__(self, tried_at: int, draw: float = 0.0) -> None:
        self.n = 0.0
        self.mean = 0.0
        self.load = 0.0
        self.slope = 0.0
        self.successes = 0.0
        self.failures = 0.0
        self.failure_n = 0.0
        self.failure_mean = 0.0
        self.open: list[Pick] = []  # most arms hold few, and a deque would cost 600 bytes each
        self.tried_at = tried_at
        self.valued_at = tried_at
        self.draw = draw
        self.reach = 0.0
        self.effect = 0.0
        self.penalty = 0.0
        self.probe = False
        self.given = (0.0, 0.0)
        self._up = 0.0
        self._down = 0.0

    @property
    def weight(self) -> float:
        """How much this arm says about its type's mean: nothing without durations, at most 1."""
        return self.n / (self.n + 1.0)

    @property
    def outcomes(self) -> float:
        """Discounted number of outcomes."""
        return self.successes + self.failures

    def succeeded(self, log_duration: float | None, variance: float, load: float | None) -> bool:
        """Take in a success.

        Args:
            log_duration: without what its load added to it; None: not measured.
            variance: of a single logarithm of a duration.
            load: the worker's utilisation when it began; None: not known.

        Returns:
            Whether it was surprisingly good: a sign of recovery that is worth another try.
        """
        unlikely = self.outcomes > 1.0 and self.successes < _UNLIKELY * self.outcomes
        self.successes = self.successes * _SUCCESS_MEMORY + 1.0
        self.failures *= _SUCCESS_MEMORY if not unlikely else 0.5
        if log_duration is None:
            return unlikely
        residual = (log_duration - self.mean) / sqrt(variance * (1 + 1 / self.n)) if self.n > 0 else 0.0
        if self._shifted(residual):
            self.n = 0.0
        self.n = self.n * _MEMORY + 1.0
        self.mean += (log_duration - self.mean) / self.n
        if load is not None:
            self.load += (load - self.load) / self.n
        return unlikely or residual < -_QUICK

    def failed(self, log_duration: float | None) -> None:
        """Take in a failure."""
        self.failures = self.failures * _SUCCESS_MEMORY + 1.0
        self.successes *= _SUCCESS_MEMORY
        if log_duration is not None:
            self.failure_n = self.failure_n * _MEMORY + 1.0
            self.failure_mean += (log_duration - self.failure_mean) / self.failure_n

    def _shifted(self, residual: float) -> bool:
        """Return whether durations have shifted; starts over when they have."""
        if not -_CLIP < residual < _CLIP:
            residual = copysign(_CLIP, residual)
        up = self._up + residual - _SLACK
        down = self._down - residual - _SLACK
        self._up = up if up > 0.0 else 0.0
        self._down = down if down > 0.0 else 0.0
        if up < _ALARM and down < _ALARM:
            return False
        self._up = self._down = 0.0
        return True

    def lean(self, slope: float) -> None:
        """Take off durations another amount for each unit of load than before."""
        self.mean += (self.slope - slope) * self.load
        self.slope = slope

    def hold(self, pick: Pick) -> None:
        """Keep an open pick; the oldest gives way where outcomes never come."""
        self.open.append(pick)
        if len(self.open) > _MOST_OPEN:
            del self.open[0]

    def take(self, task_type: str | None, task: TaskRequirements | None, began: float | None) -> Pick | None:
        """Return and drop the open pick that an outcome belongs to; None where there is none. See `place_of`."""
        place = place_of(self.open, task_type, task, began)
        return None if place is None else self.open.pop(place)

    def to_list(self) -> list[float]:
        """Return the evidence as plain numbers. Open picks are not evidence and are left out."""
        return [
            self.n,
            self.mean,
            self.successes,
            self.failures,
            self.failure_n,
            self.failure_mean,
            self.tried_at,
            self.draw,
            self._up,
            self._down,
            float(self.probe),
            self.load,
            self.slope,
            self.valued_at,
            self.effect,
        ]

    @classmethod
    def from_list(cls, numbers: list[float]) -> Arm:
        """Return the arm that `to_list` wrote."""
        arm = cls(int(numbers[6]), numbers[7])
        arm.n, arm.mean, arm.successes, arm.failures, arm.failure_n, arm.failure_mean = numbers[:6]
        arm._up, arm._down, arm.probe = numbers[8], numbers[9], bool(numbers[10])
        arm.load, arm.slope, arm.valued_at = numbers[11], numbers[12], int(numbers[13])
        arm.effect = numbers[14]
        return arm
