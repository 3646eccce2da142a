"""``offline``: the worker is not there."""

from __future__ import annotations

from apportion.core.rules.rule import Rule
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo, WorkerStatus


def allows(_task: TaskRequirements, worker: WorkerInfo) -> bool:
    """Return whether the worker is there."""
    return worker.status is not WorkerStatus.OFFLINE


def lacking(_task: TaskRequirements, _worker: WorkerInfo) -> str:
    """Say so."""
    return "the worker is offline"


OFFLINE = Rule("offline", allows, lacking)
