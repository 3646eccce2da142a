"""Records as they are shown on the wire."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from apportion.model.plain import to_plain
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.runtime.breaker import Circuit
from apportion.runtime.crew import Member
from apportion.wire.tasks import TaskView
from apportion.wire.workers import WorkerView

_SHOWN: tuple[str, ...] = tuple(name for name in TaskView.__struct_fields__ if name not in {"requirements", "state"})


def task_view(task: Task, *, brief: bool = False) -> TaskView:
    """Return a task as it is shown; ``brief``: without payload and result."""
    fields: dict[str, Any] = {name: getattr(task, name) for name in _SHOWN}
    if brief:
        fields.update(payload=None, result=None)
    return TaskView(**fields, requirements=_plain(task.requirements), state=task.state.value)


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
