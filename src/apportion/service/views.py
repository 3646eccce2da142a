"""Records as they are shown on the wire."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import Any

from apportion.model.plain import to_plain
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.runtime.breaker import Circuit
from apportion.runtime.crew import Member
from apportion.wire.tasks import TaskView
from apportion.wire.workers import WorkerView

_SHOWN: tuple[str, ...] = TaskView.__struct_fields__
_shown = attrgetter(*_SHOWN)
_REQUIREMENTS, _STATE, _PAYLOAD, _RESULT = map(_SHOWN.index, ("requirements", "state", "payload", "result"))


def task_view(task: Task, *, brief: bool = False) -> TaskView:
    """Return a task as it is shown; ``brief``: without payload and result."""
    values: list[Any] = list(_shown(task))
    values[_REQUIREMENTS] = _plain(task.requirements)
    values[_STATE] = task.state.value
    if brief:
        values[_PAYLOAD] = values[_RESULT] = None
    return TaskView(*values)


@lru_cache(1024)
def _plain(requirements: TaskRequirements) -> dict[str, Any]:
    """Return requirements as they are shown; many tasks share one value, so that it is to be looked at only."""
    return requirements.to_dict()


def worker_view(worker: WorkerInfo, member: Member | None) -> WorkerView:
    """Return a worker as it is shown."""
    return WorkerView(
        id=worker.id,
        status=worker.status.value,
        capabilities=sorted(worker.capabilities),
        max_capacity=worker.max_capacity,
        current_load=worker.current_load,
        task_types=None if worker.task_types is None else sorted(worker.task_types),
        kind=worker.kind,
        region=worker.region,
        labels=dict(worker.labels),
        metrics=to_plain(worker.metrics),
        remote=member is not None and member.leased,
        incarnation=0 if member is None else member.incarnation,
        held=0 if member is None else len(member.held),
        circuit="closed" if member is None else member.breaker.circuit.value,
        cooled_until=member.breaker.until if member is not None and member.breaker.circuit is Circuit.OPEN else None,
    )
