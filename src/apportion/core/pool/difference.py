"""In what two snapshots of one worker differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apportion.model.worker import WorkerInfo

LOAD = frozenset({"current_load"})
RULED = frozenset({"capabilities", "labels", "max_capacity", "status", "task_types"})
"""What the rules look at, but for the load: who is a member of a shape can change with these only."""


def differences(before: WorkerInfo, after: WorkerInfo) -> set[str]:
    """Return the names of the fields that differ."""
    now = after.__dict__
    found = {name for name, value in before.__dict__.items() if now[name] is not value and now[name] != value}
    if before.labels is not after.labels and _types(before) != _types(after):
        found.add("labels")
    return found


def _types(worker: WorkerInfo) -> dict[str, type]:
    """Return the types of the labels: ``1`` and ``true`` are equal in Python, and not to a constraint."""
    return {name: type(value) for name, value in worker.labels.items()}
