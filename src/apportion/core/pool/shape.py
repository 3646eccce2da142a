"""What of a task decides whom it may ever go to, whatever the loads: tasks of one shape share one list of workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apportion.model.task import TaskRequirements

Shape = tuple[frozenset[str], str | None, tuple[tuple[str, float | None], ...]]
"""Capabilities; task type where some worker is choosy about types; constraints as text (``1`` and ``true`` are equal
in Python and different on a label)."""


def shape_of(task: TaskRequirements, choosy: bool) -> Shape:
    """Return the shape of a task; ``choosy``: whether any worker accepts only some task types."""
    constraints = tuple((str(each), each.weight) for each in task.constraints) if task.constraints else ()
    return (task.capabilities, task.task_type if choosy else None, constraints)
