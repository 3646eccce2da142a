"""Which type of task a row becomes, and what such tasks need."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from apportion.clock import Random
from apportion.model.task import TaskRequirements
from apportion.simulation.scenario.amount import Amount
from apportion.simulation.scenario.expression import compiled
from apportion.simulation.scenario.row import Row
from apportion.simulation.scenario.task_kind import TaskKind

_AS_IT_IS = TaskKind("as the source says")
_PRIORITY = 5.0


class Kinds:
    """Sorts rows into types.

    Args:
        kinds: the scenario's types; none: rows keep the type that the source gives them.
        rng: for shares, and for work that is drawn.
    """

    def __init__(self, kinds: Sequence[TaskKind], rng: Random) -> None:
        self._rng = rng
        self._asked = [(compiled(kind.where), kind) for kind in kinds if kind.where is not None]
        self._shared = [kind for kind in kinds if kind.where is None and kind.share > 0]
        self._shares = list(accumulate(kind.share for kind in self._shared))
        self._keeps_types = not kinds

    def kind_of(self, row: Row) -> TaskKind | None:
        """Return the type that takes a row, or None where none does."""
        if self._keeps_types:
            return _AS_IT_IS
        for wants, kind in self._asked:
            if wants(row.columns):
                return kind
        if not self._shared:
            return None
        drawn = self._rng.random() * self._shares[-1] if len(self._shared) > 1 else 0.0
        return next(kind for kind, share in zip(self._shared, self._shares, strict=True) if drawn < share or not drawn)

    def work_of(self, row: Row, kind: TaskKind) -> float:
        """Return how much work the row is."""
        work = kind.work
        if work is None:
            return row.work
        if isinstance(work, Amount):
            return work.draw(self._rng)
        if isinstance(work, str):
            return max(1e-9, float(compiled(work)(row.columns)))
        return float(work)

    def requirements_of(self, row: Row, kind: TaskKind) -> tuple[Any, ...]:
        """Return what the row's task needs, as a tuple: type, capabilities, complexity, priority, constraints."""
        priority = kind.priority if kind.priority is not None else row.priority
        return (
            row.task_type if kind is _AS_IT_IS else kind.name,
            row.capabilities if kind.capabilities is None else frozenset(kind.capabilities),
            row.complexity if kind is _AS_IT_IS else kind.complexity,
            _PRIORITY if priority is None else priority,
            row.constraints,
        )

    def key_of(self, row: Row, kind: TaskKind) -> str | None:
        """Return what keeps the task together with others, or None."""
        return row.key if kind.affinity_key is None else str(row.columns[kind.affinity_key])


def requirements(needs: tuple[Any, ...]) -> TaskRequirements:
    """Return the requirements that `Kinds.requirements_of` describes."""
    task_type, capabilities, complexity, priority, constraints = needs
    return TaskRequirements(capabilities, complexity, priority, task_type, constraints=constraints)
