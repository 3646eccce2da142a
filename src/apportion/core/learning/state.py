"""All that was learned, as plain JSON and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apportion.core.learning.arm import Arm
from apportion.core.learning.records import Records
from apportion.core.learning.type_record import TypeRecord
from apportion.core.learning.worker_record import WorkerRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apportion.core.learning.learner import Learner

_TYPE_NUMBERS = (
    "decisions",
    "account",
    "variance",
    "variance_n",
    "failure_mean",
    "failure_n",
    "sum_weight",
    "sum_mean",
    "successes",
    "failures",
    "best",
    "best_id",
    "turn",
    "looked_at",
)
_WORKER_NUMBERS = ("sum_weight", "sum_effect", "failures", "expected", "published", "kind")


def learner_state(learner: Learner) -> dict[str, Any]:
    """Return the learner as plain JSON. Types are pairs, since a task may have none (null)."""
    records, standing = learner.records, learner.standing()  # first: what is due to be written is, now
    return {
        "spreads": records.spreads.state(),
        "fleet": records.fleet,
        "purse": records.purse,
        "crowding": records.crowding.state(),
        "types": [[key, _type_state(record)] for key, record in records.types.items()],
        "rare": [list(entry) for entry in records.rare.items()],
        "workers": {id: _worker_state(worker) for id, worker in records.workers.items()},
        "kinds": {kind: _worker_state(worker) for kind, worker in records.kinds.items()},
        "recent": [list(key) for key in records.recent],
        "costs": [[record.key, *costs] for record, *costs in standing if record is records.types.get(record.key)],
    }


def restore_learner(learner: Learner, state: Mapping[str, Any]) -> None:
    """Replace all that a learner knows by what `learner_state` gave."""
    records = Records()
    records.spreads.restore(state["spreads"])
    records.fleet = state["fleet"]
    records.purse = state["purse"]
    records.crowding.restore(state["crowding"])
    records.types.update((key, _type_record(key, saved)) for key, saved in state["types"])
    records.rare.update((key, met) for key, met in state["rare"])
    records.workers.update((id, _worker_record(numbers)) for id, numbers in state["workers"].items())
    records.kinds.update((kind, _worker_record(numbers)) for kind, numbers in state["kinds"].items())
    records.recent.update(((id, key), None) for id, key in state["recent"])
    learner.go_on(records, [(records.types[key], drawn, settled) for key, drawn, settled in state["costs"]])


def _type_state(record: TypeRecord) -> dict[str, Any]:
    return {
        **{name: getattr(record, name) for name in _TYPE_NUMBERS},
        "ring": list(record.ring),
        "arms": [[id, arm.to_list(), list(arm.given)] for id, arm in record.arms.items()],
        "kinds": [[kind, arm.to_list()] for kind, arm in record.kinds.items()],
    }


def _type_record(key: str | None, saved: Mapping[str, Any]) -> TypeRecord:
    record = TypeRecord(key)
    for name in _TYPE_NUMBERS:
        setattr(record, name, saved[name])
    for id, numbers, given in saved["arms"]:
        arm = record.arms[id] = Arm.from_list(numbers)
        arm.given = (given[0], given[1])
    for id in saved["ring"]:
        record.enlist(id)
    for kind, numbers in saved["kinds"]:
        record.kinds[kind] = Arm.from_list(numbers)
    return record


def _worker_state(worker: WorkerRecord) -> list[Any]:
    return [*(getattr(worker, name) for name in _WORKER_NUMBERS), worker.crowding.state()]


def _worker_record(saved: list[Any]) -> WorkerRecord:
    worker = WorkerRecord()
    *numbers, crowding = saved
    for name, number in zip(_WORKER_NUMBERS, numbers, strict=True):
        setattr(worker, name, number)
    worker.crowding.restore(crowding)
    return worker
