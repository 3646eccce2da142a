"""What of a task decides whom it may ever go to, whatever the loads: tasks of one shape share one list of workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apportion.model.constraint import Constraint
    from apportion.model.task import TaskRequirements

ConstraintKeys = tuple[tuple[str, str, str, float | None], ...]
Shape = tuple[frozenset[str], str | None, ConstraintKeys]
"""Capabilities; task type where some worker is choosy about types; constraints."""


def shape_of(task: TaskRequirements, choosy: bool) -> Shape:
    """Return the shape of a task; ``choosy``: whether any worker accepts only some task types."""
    constraints = constraint_keys(task.constraints) if task.constraints else ()
    return task.capabilities, task.task_type if choosy else None, constraints


def constraint_keys(constraints: Iterable[Constraint]) -> ConstraintKeys:
    """Return what tells constraints apart. Values as text: ``1`` and ``true`` are equal in Python, not on a label."""
    return tuple([(each.label, each.operator, repr(each.value), each.weight) for each in constraints])
