"""The context as a balancer keeps it: it grows with every outcome, and nobody outside can change it."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, TypeVar

from apportion.model.context import BalancingContext, DecisionContext

if TYPE_CHECKING:
    from apportion.clock import Random

V = TypeVar("V")

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
        self.view.__dict__.update(task_history=_View(self._types, tuple), recent_failures=_View(self._failures, float))

    def __deepcopy__(self, memo: dict[int, object]) -> History:
        """Copy with a live view of its own; the view by itself would be copied as what it shows now."""
        return type(self)(deepcopy(self.view), deepcopy(self.view.rng, memo))

    def add(self, worker_id: str, task_type: str | None, success: bool, now: float) -> None:
        """Take in an outcome."""
        if task_type is not None:
            types = self._types.get(worker_id)
            if types is None:
                types = self._types[worker_id] = deque(maxlen=_WINDOW)
                if len(self._types) > _MOST_WORKERS:
                    self._types.popitem(last=False)
            types.append(task_type)
            self._types.move_to_end(worker_id)
        if not success:
            self._failures[worker_id] = now
            self._failures.move_to_end(worker_id)
            if len(self._failures) > _MOST_WORKERS:
                self._failures.popitem(last=False)

    def at(self, now: float, *, rehearsal: bool = False) -> DecisionContext:
        """Return the context for a decision at this moment."""
        if rehearsal:
            return DecisionContext(self.view, now, self.view.rng, rehearsal=True)
        self.view.__dict__["now"] = now
        return self.view


class _View(Mapping[str, V]):
    """A mapping as it is now, read-only; unlike a ``MappingProxyType`` it can be copied.

    Args:
        inner: what is looked at.
        shown: what of a value is shown.
    """

    __slots__ = ("_inner", "_shown")

    def __init__(self, inner: Mapping[str, Any], shown: Callable[[Any], V]) -> None:
        self._inner = inner
        self._shown = shown

    def __getitem__(self, id: str) -> V:
        return self._shown(self._inner[id])

    def __iter__(self) -> Iterator[str]:
        return iter(self._inner)

    def __len__(self) -> int:
        return len(self._inner)

    def __repr__(self) -> str:
        return repr(dict(self))
