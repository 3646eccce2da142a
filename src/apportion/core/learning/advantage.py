"""How much better than usual an outcome was, judged against what the same type does elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apportion.core.learning.evidence import log_time

if TYPE_CHECKING:
    from apportion.core.learning.type_record import TypeRecord

_BLAME = 1.5


def advantage(record: TypeRecord, worker_id: str, success: bool, duration: float) -> float:
    """Return the outcome's advantage in logarithms of time, positive is better.

    A success is compared with the type's mean duration. A failure is blamed as far as the type succeeds elsewhere: one
    that fails everywhere blames nobody.
    """
    failing = record.failure_rate_without(record.arms.get(worker_id))
    if not success:
        return -_BLAME * (1.0 - failing)
    quicker = record.mean - log_time(duration) if duration > 0 and record.sum_weight > 0 else 0.0
    return quicker + _BLAME * failing
