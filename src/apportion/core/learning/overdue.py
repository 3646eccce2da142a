"""What tasks that have not ended yet say of their worker: the quick are heard first, and who takes long is not."""

from __future__ import annotations

from math import erfc, exp, log, pi, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apportion.core.learning.arm import Arm
    from apportion.core.learning.belief import Belief
    from apportion.core.learning.type_record import TypeRecord

_LOOKED_AT = 4
"""Open picks, oldest first, that are looked at: more of one worker say little more."""

_MOST = 2.0
"""Doubts by which a worker is held back at most, since some outcomes never come."""

_NOT_YET = -2.0
_SURELY = 4.0


def overdue(arm: Arm, belief: Belief, record: TypeRecord, now: float) -> float:
    """Return by how much more log time a worker is believed to take, since its open picks have not ended by now.

    Each is a censored observation: of a normal log duration, whose mean is known up to a doubt, one hears only that it
    is longer than its age. What that adds to the mean is its share of the truncated distribution's mean (the inverse
    Mills ratio), taken for one pick after the other.
    """
    if not record.sum_weight:
        return 0.0
    typical = record.mean + belief.log_cost + arm.slope * arm.load
    doubt = belief.doubt * belief.doubt
    spread = sqrt(doubt + record.variance)
    later = 0.0
    for pick in arm.open[:_LOOKED_AT]:
        age = now - pick.at
        if age <= 0.0:
            break
        beyond = (log(age) - typical - later) / spread
        if beyond < _NOT_YET:
            break  # and all that were placed after it
        later += doubt / spread * _mills(min(beyond, _SURELY))
    return min(later, _MOST * belief.doubt)


def _mills(point: float) -> float:
    """Return a standard normal's density at a point over the probability of being beyond it."""
    return sqrt(2.0 / pi) * exp(-point * point / 2.0) / erfc(point / sqrt(2.0))
