"""What is believed of one worker at one type of task, put together from arm, worker, kind and type."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from apportion.core.learning.arm import Arm
    from apportion.core.learning.type_record import TypeRecord

_MOST_CHANGED = 0.25
"""Variance that a worker may have gained unseen: how far it may have changed, not how far workers differ."""

_LEAST_SUCCESS = 0.02
_PRIOR_TRIES = 2.0
_NEVER = -50.0


class Belief(NamedTuple):
    """What is believed, and how surely.

    Attributes:
        log_cost: logarithm of the expected time to a success where it holds nothing else, relative to the type's
            typical duration.
        doubt: its standard deviation.
        success: probability that an attempt succeeds.
        log_duration: logarithm of the seconds of a success here at its usual load, or None where the type was never
            seen.
        outcomes: discounted number of outcomes that this rests on.
    """

    log_cost: float
    doubt: float
    success: float
    log_duration: float | None
    outcomes: float

    @property
    def typical_duration(self) -> float | None:
        """Seconds of a success here at its usual load, or None where the type was never seen."""
        return None if self.log_duration is None else exp(self.log_duration)


def believe(
    arm: Arm | None, record: TypeRecord, *, effect: float, failing: float, spread: float, idle: float
) -> Belief:
    """Return what is believed.

    The mean log duration is shrunk to the prior's (normal-normal posterior), the success rate likewise (beta-binomial
    with two prior tries). A failed attempt costs its time and brings another: the expected time to a success is
    ``T + (1 - p) / p * max(F, T)``, where F is how long failures take. The floor keeps a failure that comes at once
    from looking quick.

    Args:
        arm: the evidence, or None.
        record: the type's.
        effect: log duration relative to the type's mean that is expected without evidence.
        failing: probability that an attempt fails, without evidence.
        spread: variance between workers of one type that is not explained so.
        idle: share of the doubt that has come back since it was last tried, 0..1.
    """
    mean, pull = record.mean, record.variance / spread
    if arm is None:
        relative, variance, outcomes, succeeded = effect, spread, 0.0, 0.0
    else:
        weight = arm.n + pull
        relative = (arm.n * (arm.mean - mean) + pull * effect) / weight
        variance = record.variance / weight
        changed = (spread if spread < _MOST_CHANGED else _MOST_CHANGED) - variance
        variance += changed * idle if changed > 0.0 else 0.0
        outcomes, succeeded = arm.successes + arm.failures, arm.successes
    tries = outcomes + _PRIOR_TRIES
    success = (succeeded + _PRIOR_TRIES * (1.0 - failing)) / tries
    success = success if success > _LEAST_SUCCESS else _LEAST_SUCCESS
    lost = _failure_time(arm, record, mean) if record.failure_n else _NEVER
    lost = lost if lost > relative else relative
    odds = (1.0 - success) / success
    log_cost = log(exp(relative) + odds * exp(lost))
    doubt = sqrt(variance + odds / (tries + 1.0))
    usual = None
    if record.sum_weight > 0:
        usual = mean + relative if arm is None else mean + relative + arm.slope * arm.load
    return Belief(log_cost, doubt, success, usual, outcomes)


def _failure_time(arm: Arm | None, record: TypeRecord, mean: float) -> float:
    """Return the log duration of a failed attempt relative to the type's mean, shrunk to the type's with weight 1."""
    if arm is None:
        return min(record.failure_mean - mean, -_NEVER)
    return min((arm.failure_n * arm.failure_mean + record.failure_mean) / (arm.failure_n + 1.0) - mean, -_NEVER)
