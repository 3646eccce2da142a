"""What is expected of a worker at a type from everything that is known: its kind, its other types, its own record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apportion.core.learning.arm import Arm
from apportion.core.learning.belief import Belief, Prior, believe

if TYPE_CHECKING:
    from apportion.core.learning.records import Records
    from apportion.core.learning.type_record import TypeRecord

IDLE = 20.0
"""An arm's doubt comes back by half in as many decisions of its type for each worker."""

_MOST_FAILING = 0.98
_NOTHING = Arm(0)


def expect(records: Records, worker_id: str, kind: str | None, record: TypeRecord) -> Belief:
    """Return what is believed of a worker, which may never have been met, at a type."""
    arm = record.arms.get(worker_id)
    idle = 0.0
    if arm is not None:
        idle = 1.0 - 0.5 ** ((record.decisions - arm.tried_at) / (IDLE * max(1, len(record.ring))))
    return believe(arm, record, _prior(records, worker_id, kind, arm, record), idle)


def _prior(records: Records, worker_id: str, kind: str | None, arm: Arm | None, record: TypeRecord) -> Prior:
    failing = record.failure_rate_without(arm if arm is not None else _NOTHING)
    effect, ratio = 0.0, 1.0
    if kind is not None and kind in records.kinds:
        known = records.kinds[kind]
        effect, ratio = known.effect(0.0), known.failure_ratio(1.0)
        alike = record.kinds.get(kind)
        if alike is not None:
            effect = alike.weight * (alike.mean - record.mean) + (1.0 - alike.weight) * effect
    worker = records.workers.get(worker_id)
    if worker is not None:
        effect, ratio = worker.effect(effect), worker.failure_ratio(ratio)
    return Prior(effect, min(_MOST_FAILING, failing * ratio), records.spread)
