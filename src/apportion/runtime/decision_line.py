"""The line of the record about one decision: what is exported, and replayed."""

from __future__ import annotations

from typing import Any

from apportion.model.by_identity import ByIdentity
from apportion.model.lifecycle import TaskState
from apportion.model.plain import to_plain
from apportion.model.plain_json import SoundJson
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo

_OF_TASKS = vars(TaskRequirements())
"""The type is left out too: it is nearly always the task's own."""

_ALWAYS = {"id", "capabilities", "max_capacity"}
_OF_WORKERS = {name: value for name, value in vars(WorkerInfo("anybody", (), 0)).items() if name not in _ALWAYS}
_PASSING = {"status", "current_load", "metrics"}


def decision_line(before: Task, after: Task, requirements: TaskRequirements, ended_at: float | None) -> dict[str, Any]:
    """Return the line about a decision.

    Args:
        before: the task as it was assigned.
        after: the task as it is now; the same: it still runs.
        requirements: as decided: whom a task avoids that failed before, is among them.
        ended_at: Unix seconds; None: it still runs.
    """
    timed = after.state is TaskState.SUCCEEDED or after.failures > before.failures
    line = SoundJson(
        kind="decision",
        task=before.id,
        task_type=before.task_type,
        at=before.created_at,
        queued_at=before.queued_at,
        decided_at=before.assigned_at,
        ended_at=ended_at,
        attempt=before.attempt,
        worker=before.assigned_worker,
        outcome=_outcome(before, after),
        state=after.state.value,
        duration=after.duration if timed else None,
        requirements=_asked(requirements),
        decision=before.decision,
    )
    if requirements.task_type != before.task_type:
        line["requirements"] = {**line["requirements"], "task_type": requirements.task_type}
    if before.tenant != "default":
        line["tenant"] = before.tenant
    return line


def worker_line(worker: WorkerInfo, now: float) -> dict[str, Any]:
    """Return the line about a worker that is there; what changes from moment to moment is left out."""
    said = {name: value for name, value in _said(worker, _OF_WORKERS).items() if name not in _PASSING}
    return {"kind": "worker", "at": now, "worker": said}


def gone_line(worker_id: str, now: float) -> dict[str, Any]:
    """Return the line about a worker that has gone."""
    return {"kind": "worker-gone", "at": now, "worker": worker_id}


def _asked_of(requirements: TaskRequirements) -> dict[str, Any]:
    return _said(requirements, {**_OF_TASKS, "task_type": requirements.task_type})


_asked = ByIdentity(_asked_of)
"""Most tasks of a type share their requirements."""


def _said(value: TaskRequirements | WorkerInfo, defaults: dict[str, Any]) -> dict[str, Any]:
    """Return what is not as by default, as plain JSON."""
    fields: dict[str, Any] = vars(value)
    return {name: to_plain(given) for name, given in fields.items() if given != defaults.get(name)}


def _outcome(before: Task, after: Task) -> str:
    if after.state is TaskState.ASSIGNED:
        return "running"
    if after.state is TaskState.SUCCEEDED or after.state is TaskState.CANCELLED:
        return after.state.value
    if after.failures > before.failures:
        return "failed"
    return "lost" if after.deaths > before.deaths else "returned"
