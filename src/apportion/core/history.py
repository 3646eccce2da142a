"""The context as a balancer keeps it: it grows with every outcome, and nobody outside can change it."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from apportion.model.context import BalancingContext, DecisionContext

if TYPE_CHECKING:
    from apportion.clock import Random

_WINDOW = 50
"""Task types that are remembered of each worker."""

_MOST_WORKERS = 32_768


class History:
    """Task history and failures, copied from a context and then its own.

    Attributes:
        view: the live, read-only context that strategies and callers see.
    """

    def __init__(self, context: BalancingContext, rng: Random) -> None:
        self._types: OrderedDict[str, deque[str]] = OrderedDict(
            (id, deque(types, maxlen=_WINDOW)) for id, types in context.task_history.items()
        )
        self._failures: OrderedDict[str, float] = OrderedDict(context.recent_failures)
        self.view = DecisionContext(context, 0.0, rng)
        self.view.__dict__.update(
            task_history=_TypesView(self._types), recent_failures=MappingProxyType(self._failures)
        )

    def add(self, worker_id: str, task_type: str | None, success: bool, now: float) -> None:
        """Take in an outcome."""
        if task_type is not None:
            types = self._types.get(worker_id)
            if types is None:
                types = self._types[worker_id] = deque(maxlen=_WINDOW)
            types.append(task_type)
            self._types.move_to_end(worker_id)
        if not success:
            self._failures[worker_id] = now
            self._failures.move_to_end(worker_id)
        for kept in (self._types, self._failures):
            if len(kept) > _MOST_WORKERS:
                kept.popitem(last=False)

    def at(self, now: float, *, rehearsal: bool = False) -> DecisionContext:
        """Return the context for a decision at this moment."""
        if rehearsal:
            return DecisionContext(self.view, now, self.view.rng, rehearsal=True)
        self.view.__dict__["now"] = now
        return self.view


class _TypesView(Mapping[str, tuple[str, ...]]):
    """Windows of task types, read-only."""

    __slots__ = ("_types",)

    def __init__(self, types: OrderedDict[str, deque[str]]) -> None:
        self._types = types

    def __getitem__(self, id: str) -> tuple[str, ...]:
        return tuple(self._types[id])

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def __repr__(self) -> str:
        return repr(dict(self))
