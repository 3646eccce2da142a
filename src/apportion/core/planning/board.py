"""The workers as columns, and which of them may ever take a task: ``core.rules`` for all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from apportion.core.planning.preference import Mask, Vector
from apportion.core.pool.shape import Shape, shape_of
from apportion.core.rules import suitable
from apportion.core.rules.custom import CustomRule
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo


class Board:
    """The workers of one plan, in the order given. Nothing on it changes: plans keep their loads beside it.

    Args:
        workers: the workers as they are now.
        crowding: by how much each one's value falls for a unit of load.

    Attributes:
        load: units of complexity that each one holds.
        capacity: units that each one can hold.
    """

    def __init__(self, workers: Sequence[WorkerInfo], crowding: Vector) -> None:
        self.workers = workers
        self.crowding = crowding
        self.load: Vector = np.array([worker.current_load for worker in workers], dtype=np.float64)
        self.capacity: Vector = np.array([worker.max_capacity for worker in workers], dtype=np.float64)
        self._seats = {worker.id: seat for seat, worker in enumerate(workers)}
        self._choosy = any(worker.task_types is not None for worker in workers)
        self._able: dict[str, Mask] = {}
        self._suitable: dict[Shape, Mask] = {}

    def suitable(self, task: TaskRequirements) -> Mask:
        """Return who may take the task as soon as there is room; as `core.rules.suitable`, worker by worker."""
        shape = shape_of(task, self._choosy)
        found = self._suitable.get(shape)
        if found is None:
            found = self._suitable[shape] = self._find(task)
        if not task.anti_affinity:
            return found
        return found & ~self.among(task.anti_affinity)

    def allowed(self, task: TaskRequirements, rules: Sequence[CustomRule]) -> Mask:
        """Return who is suitable, and turned down by none of the user's own rules."""
        able = self.suitable(task)
        if not rules:
            return able
        able = able.copy()
        seats: list[int] = np.flatnonzero(able).tolist()
        for seat in seats:
            able[seat] = all(rule(task, self.workers[seat]) is None for rule in rules)
        return able

    def among(self, ids: Iterable[str]) -> Mask:
        """Return which workers have one of these ids."""
        mask = np.zeros(len(self.workers), dtype=bool)
        mask[[seat for seat in map(self._seats.get, ids) if seat is not None]] = True
        return mask

    def _find(self, task: TaskRequirements) -> Mask:
        """Ask the rules, but only about workers that can do the work: with many of them, few are left to ask about."""
        able = np.ones(len(self.workers), dtype=bool)
        for name in task.capabilities:
            able &= self._able_to(name)
        bare = TaskRequirements(task.capabilities, task_type=task.task_type, constraints=task.constraints)
        for seat in np.flatnonzero(able).tolist():
            able[seat] = suitable(bare, self.workers[seat])
        return able

    def _able_to(self, capability: str) -> Mask:
        able = self._able.get(capability)
        if able is None:
            found = [capability in worker.capabilities for worker in self.workers]
            able = self._able[capability] = np.array(found, dtype=bool)
        return able
