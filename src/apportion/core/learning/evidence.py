"""What an outcome says: of the worker at this type, of the type, of the worker at everything, and of its kind."""

from __future__ import annotations

from math import copysign, log, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from apportion.core.learning.arm import Arm
    from apportion.core.learning.records import Records
    from apportion.core.learning.type_record import TypeRecord
    from apportion.core.learning.worker_record import WorkerRecord

_LONGEST = 50.0
"""Of a logarithm of seconds, either way: far beyond any task, and far from where exponentials overflow."""


def log_time(duration: float) -> float:
    """Return the logarithm of a duration > 0."""
    found = log(duration)
    return found if -_LONGEST < found < _LONGEST else copysign(_LONGEST, found)


class Outcome(NamedTuple):
    """How an attempt went.

    Attributes:
        success: whether it succeeded.
        duration: seconds; 0: not measured.
        fault: ``"task"``: a failure says nothing about the worker; ``"worker"``: nor about the type.
        load: the worker's utilisation when it began; None: not known.
    """

    success: bool
    duration: float
    fault: str | None = None
    load: float | None = None


def take_in(records: Records, worker_id: str, record: TypeRecord, arm: Arm, outcome: Outcome) -> None:
    """Take in an outcome that says something about the worker.

    Args:
        records: everything that is known.
        worker_id: who ran the task.
        record: the type's.
        arm: the worker's at this type.
        outcome: how it went.
    """
    success, duration, fault, load = outcome
    worker = records.worker(worker_id)
    kind = records.kind_arm(worker, record)
    expected = 0.0 if fault == "worker" else record.failure_rate_without(arm)
    log_duration = log_time(duration) if duration > 0 else None
    record.take_out(arm)
    if success and log_duration is not None and load is not None:
        log_duration = _at_rest(records, worker_id, worker, record, arm, log_duration, load)
    if success and log_duration is not None and arm.n > 0:
        record.observe_spread((log_duration - arm.mean) ** 2 * arm.n / (arm.n + 1.0))
    if not success and log_duration is not None:
        record.observe_failure(log_duration)
    for each in (arm, kind):
        if each is None:
            continue
        if not success:
            each.failed(log_duration)
        elif each.succeeded(log_duration, record.variance, load) and each is arm:
            arm.probe = True
    elsewhere = worker.effect(0.0, records.spreads.ratio, without=arm)
    arm.effect = elsewhere[0]
    record.put_in(arm)
    _compare(records, worker, arm, record, elsewhere)
    worker.observe(not success, expected)
    if worker.kind in records.kinds:
        records.kinds[worker.kind].observe(not success, expected)


def _at_rest(
    records: Records,
    worker_id: str,
    worker: WorkerRecord,
    record: TypeRecord,
    arm: Arm,
    log_duration: float,
    load: float,
) -> float:
    """Return a log duration without what the load added to it, having learned from it how much that is."""
    if arm.n > 0:
        share = sqrt(arm.n / (arm.n + 1.0))  # of a residual that is the observation's own, and not its mean's
        above = share * (load - arm.load)
        longer = share * (log_duration - arm.mean - arm.slope * arm.load)
        records.crowding.observe(worker_id, worker.crowding, above, longer, record.variance)
    arm.lean(records.crowding.of(worker_id))
    return log_duration - arm.slope * load


def _compare(
    records: Records, worker: WorkerRecord, arm: Arm, record: TypeRecord, elsewhere: tuple[float, float]
) -> None:
    """Bring the sums of worker and kind up to date with the arm, and learn how far workers differ.

    ``elsewhere``: the worker's effect at its other types, and how many that rests on.
    """
    spreads = records.spreads
    apart = arm.mean - record.mean
    if arm.n >= 2 and len(record.arms) > 1:
        spreads.observe(apart, record.variance / arm.n, *elsewhere)
    weight = arm.n / (arm.n + record.variance / spreads.by_type)  # in types that are surely known
    before_weight, before_effect = arm.given
    arm.given = (weight, weight * apart)
    for sums in (worker, records.kinds.get(worker.kind) if worker.kind else None):
        if sums is not None:
            sums.take(weight - before_weight, weight * apart - before_effect)
