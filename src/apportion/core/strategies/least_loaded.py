"""`least-loaded`: who is emptiest after taking the task. For general work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apportion.core.strategies.scored import ScoredStrategy

if TYPE_CHECKING:
    from apportion.core.field import Field
    from apportion.model.context import DecisionContext
    from apportion.model.task import TaskRequirements


class LeastLoadedStrategy(ScoredStrategy):
    """The lowest utilisation after placing the task, ``(load + complexity) / capacity``."""

    name = "least-loaded"

    def values(self, task: TaskRequirements, field: Field, context: DecisionContext) -> Any:
        """Return minus the utilisation that placing the task would lead to."""
        pool, complexity = field.pool, task.complexity
        if isinstance(field.seats, list):
            load, capacity = pool.load.scalar, pool.capacity.scalar
            return [-(load[seat] + complexity) / capacity[seat] for seat in field.seats]
        return -(field.load + complexity) / field.capacity
