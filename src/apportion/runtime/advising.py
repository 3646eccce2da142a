"""Advice on who has too much and what should move: found out beside the event loop, and kept while it is fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from apportion.clock import Clock
from apportion.core.rebalance.migration import suggest_migration
from apportion.core.rebalance.overload import detect_overload
from apportion.core.rules.custom import CustomRule
from apportion.model.context import BalancingContext
from apportion.model.recommendation import RebalanceRecommendation
from apportion.model.task import QueuedTask
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo

_SHARE = 20.0
"""Advice counts as fresh for so many times as long as it took to find out: at most a twentieth of a processor."""

_CHEAP = 0.05
"""Seconds up to which it is found out anew for whoever asks: they may have changed something just before."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What was advised at one moment.

    Attributes:
        at: Unix seconds at which it was looked.
        items: overload first, then moves, best first.
    """

    at: float
    items: list[RebalanceRecommendation]


@dataclass(frozen=True, slots=True)
class Placed:
    """Who holds what at one moment.

    Attributes:
        workers: as people see them.
        held: tasks that they hold.
    """

    workers: Sequence[WorkerInfo]
    held: Sequence[Task]


class Adviser:
    """Gives advice, at most one search at a time.

    Args:
        look: returns who holds what now.
        context: threshold and affinity rules.
        rules: the user's own rules of eligibility; they are asked in a thread.
        wall: Unix seconds.
        steady: seconds that never jump.
    """

    def __init__(
        self,
        look: Callable[[], Awaitable[Placed]],
        context: BalancingContext,
        rules: Sequence[CustomRule],
        wall: Clock,
        steady: Clock,
    ) -> None:
        self._look = look
        self._context = context
        self._rules = rules
        self._wall = wall
        self._steady = steady
        self._last: Advice | None = None
        self._fresh_until = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def advice(self) -> Advice:
        """Return advice that is fresh."""
        async with self._one_at_a_time:
            if self._last is None or self._steady() >= self._fresh_until:
                began = self._steady()
                at = self._wall()
                items = await asyncio.to_thread(advise, await self._look(), self._context, self._rules)
                self._last = Advice(at, items)
                ended = self._steady()
                took = ended - began
                self._fresh_until = ended + _SHARE * took if took > _CHEAP else ended
            return self._last

    def forget(self) -> None:
        """Somebody acted on it: it does not hold any more."""
        self._last = None


def advise(placed: Placed, context: BalancingContext, rules: Sequence[CustomRule]) -> list[RebalanceRecommendation]:
    """Return which workers are overloaded, and what could move where."""
    queue = [QueuedTask(task.id, task.requirements, task.assigned_worker) for task in placed.held]
    moves = suggest_migration(placed.workers, queue, context, rules)
    return [*detect_overload(placed.workers, context.load_threshold), *moves]
