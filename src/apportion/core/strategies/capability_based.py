"""`capability-based`: the closest match, so that generalists stay free. For work that needs scarce skills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apportion.core.pool.memory import WorkerMemory
from apportion.core.strategies.scored import ScoredStrategy

if TYPE_CHECKING:
    from apportion.core.field import Field
    from apportion.core.rotation import Rotation
    from apportion.model.context import DecisionContext
    from apportion.model.task import TaskRequirements
    from apportion.model.worker import WorkerInfo


class CapabilityBasedStrategy(ScoredStrategy):
    """Highest (number required / number that the worker has) x (1 - utilisation).

    A task that requires nothing goes to the worker with the fewest capabilities, the emptier first.
    """

    name = "capability-based"

    def __init__(self, rotation: Rotation | None = None) -> None:
        super().__init__(rotation)
        self._skills = WorkerMemory(_number_of_skills, {"capabilities"})

    def values(self, task: TaskRequirements, field: Field, context: DecisionContext) -> Any:
        """Return how close each match is."""
        required, skills = len(task.capabilities), self._skills.column(field.pool)
        if not required:
            return field.evaluate(_modesty, field.take(skills), field.load, field.capacity)
        seats = field.seats
        if isinstance(seats, list):
            number, load, capacity = skills.scalar, field.pool.load.scalar, field.pool.capacity.scalar
            return [required / number[seat] * (1 - load[seat] / capacity[seat]) for seat in seats]
        return required / skills.vector[seats] * (1 - field.load / field.capacity)


def _number_of_skills(worker: WorkerInfo) -> float:
    return float(len(worker.capabilities))


def _modesty(skills: Any, load: Any, capacity: Any) -> Any:
    """Order by fewest capabilities, and within a number by utilisation, which is at most 1 for whoever has room."""
    return -(2 * skills + load / capacity)
