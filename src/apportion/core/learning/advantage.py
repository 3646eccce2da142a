"""How much better than usual an outcome was, judged against what the same type does elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apportion.core.learning.evidence import log_time

if TYPE_CHECKING:
    from apportion.core.learning.type_record import TypeRecord

_BLAME = 1.5


def advantage(record: TypeRecord, worker_id: str, success: bool, duration: float) -> float:
    """Return the outcome's advantage in logarithms of time, positive is better.

    A success is compared with the type's mean duration at the load that is usual there, so that who finds calm workers
    gains. A failure is blamed as far as the type succeeds elsewhere: one that fails everywhere blames nobody.
    """
    arm = record.arms.get(worker_id)
    failing = record.failure_rate_without(arm)
    if not success:
        return -_BLAME * (1.0 - failing)
    usual = record.mean + (0.0 if arm is None else arm.slope * arm.load)
    quicker = usual - log_time(duration) if duration > 0 and record.sum_weight > 0 else 0.0
    return quicker + _BLAME * failing
