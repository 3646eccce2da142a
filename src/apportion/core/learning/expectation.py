"""What is expected of a worker at a type from everything that is known: its kind, its other types, its own record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apportion.core.learning.belief import believe

if TYPE_CHECKING:
    from apportion.core.learning.belief import Belief
    from apportion.core.learning.records import Records
    from apportion.core.learning.type_record import TypeRecord

IDLE = 20.0
"""An arm's doubt comes back by half in as many decisions of its type for each worker."""

_MOST_FAILING = 0.98


def expect(records: Records, worker_id: str, kind: str | None, record: TypeRecord) -> Belief:
    """Return what is believed of a worker, which may never have been met, at a type."""
    arm = record.arms.get(worker_id)
    idle = 0.0
    if arm is not None:
        idle = 1.0 - 0.5 ** ((record.decisions - arm.tried_at) / (IDLE * (len(record.ring) or 1)))
    effect, failures = (0.0, 1.0) if kind is None else _of_its_kind(records, kind, record)
    spreads = records.spreads
    spread = spreads.total
    worker = records.workers.get(worker_id)
    if worker is not None:
        ratio = spreads.ratio
        effect, weight = worker.effect(effect, ratio, without=arm)
        spread = spreads.by_type * (1.0 + 1.0 / (weight + ratio))
        failures = worker.failure_ratio(failures)
    failing = record.failure_rate_without(arm) * failures
    failing = failing if failing < _MOST_FAILING else _MOST_FAILING
    return believe(arm, record, effect=effect, failing=failing, spread=spread, idle=idle)


def _of_its_kind(records: Records, kind: str, record: TypeRecord) -> tuple[float, float]:
    """Return a kind's log duration relative to the type's mean, and how many times as often as expected it fails."""
    known = records.kinds.get(kind)
    if known is None:
        return 0.0, 1.0
    effect, _ = known.effect(0.0, records.spreads.ratio)
    alike = record.kinds.get(kind)
    if alike is not None:
        effect = alike.weight * (alike.mean - record.mean) + (1.0 - alike.weight) * effect
    return effect, known.failure_ratio(1.0)
