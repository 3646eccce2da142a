"""A shape of tasks, as the planner sees it: tasks that differ in priority and deadline alone share everything here."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from apportion.core.planning.board import Board
from apportion.core.planning.preference import Mask, Preference, Vector
from apportion.core.planning.wishes import Wishes, wishes_of
from apportion.core.pool.shape import constraint_keys
from apportion.core.rules.custom import CustomRule
from apportion.errors import StrategyError
from apportion.model.context import BalancingContext
from apportion.model.task import TaskRequirements


@dataclass(eq=False, slots=True)
class Demand:
    """What one shape of tasks demands.

    Attributes:
        complexity: units of capacity that one task costs.
        allowed: who may take one as soon as there is room.
        value: how much each worker is liked at the loads before the plan; minus infinity where it is not allowed.
        wishes: whom it would rather have, or None.
    """

    complexity: float
    allowed: Mask
    value: Vector
    wishes: Wishes | None


def demands_of(
    tasks: Iterable[TaskRequirements],
    board: Board,
    preference: Preference,
    context: BalancingContext,
    rules: Sequence[CustomRule] = (),
) -> list[Demand]:
    """Return the demand of each task; equal shapes share one.

    Raises:
        StrategyError: the preference did not give one finite number for each worker.
    """
    known: dict[Hashable, Demand] = {}
    found: list[Demand] = []
    for task in tasks:
        shape = shape_of(task)
        demand = known.get(shape)
        if demand is None:
            demand = known[shape] = _demand(task, board.allowed(task, rules), board, preference, context)
        found.append(demand)
    return found


def _demand(
    task: TaskRequirements, allowed: Mask, board: Board, preference: Preference, context: BalancingContext
) -> Demand:
    value = preference.values(task, board.workers)
    if value.shape != allowed.shape or not np.isfinite(value[allowed]).all():
        raise StrategyError(preference.name, "did not give one finite number for each worker")
    liked = np.where(allowed, value, -np.inf)
    return Demand(task.complexity, allowed, liked, wishes_of(task, board, context))


def shape_of(task: TaskRequirements) -> Hashable:
    """Return all that tells one shape from another."""
    fields = [value for name, value in task.__dict__.items() if name not in _NO_PART_OF_A_SHAPE]
    return (*fields, constraint_keys(task.constraints))


_NO_PART_OF_A_SHAPE = frozenset({"priority", "deadline", "constraints"})
