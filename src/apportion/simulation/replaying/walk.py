"""The recorded decisions taken once more, each in its own place: whom would other strategies have chosen?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from apportion.clock import fresh_random
from apportion.core.balancer import LoadBalancer
from apportion.core.candidates import Candidates
from apportion.core.pool.pool import WorkerPool
from apportion.core.shadow import Shadow
from apportion.core.strategies import STRATEGIES
from apportion.errors import StrategyError
from apportion.model.context import DecisionContext
from apportion.model.task import TaskRequirements
from apportion.simulation.replaying.record import Decision, Presence, Record
from apportion.simulation.world.clock import TraceClock

_SEED = 5 << 32


@dataclass(frozen=True)
class Wishes:
    """Whom a strategy would have chosen.

    Attributes:
        name: the strategy.
        workers: for each decision of the record, in its order; None: nobody, or the decision could not be placed.
    """

    name: str
    workers: Sequence[str | None]


def walked(record: Record, strategies: Sequence[str], told: Callable[[int], None] | None = None) -> list[Wishes]:
    """Return whom each strategy would have chosen at each recorded decision.

    Workers hold what they held then, and all strategies learn from what happened then: what is answered is what a
    strategy would have done at that moment, not where it would have led.

    Args:
        record: what happened.
        strategies: names.
        told: called with the number of decisions done.
    """
    walk = _Walk(strategies)
    for done, event in enumerate(_events(record)):
        event.happen(walk)
        if told is not None and done % 256 == 0:
            told(len(walk.wishes))
    return [Wishes(name, [each.get(name) for each in walk.wishes]) for name in strategies]


class _Walk:
    """The workers as they were, and the strategies that look on."""

    def __init__(self, strategies: Sequence[str]) -> None:
        self.clock = TraceClock()
        self.pool = WorkerPool()
        self.balancer = LoadBalancer(clock=self.clock, rng=fresh_random(_SEED))
        self.balancer.watch(self)
        self.shadows = [
            Shadow(STRATEGIES[name](), fresh_random(_SEED + place)) for place, name in enumerate(strategies, start=1)
        ]
        self.wishes: list[dict[str, str | None]] = []
        self._current: dict[str, str | None] = {}
        self._booked: set[tuple[str, int]] = set()

    def saw(
        self,
        strategy: Any,
        task: TaskRequirements,
        candidates: Candidates,
        seat: int,
        context: DecisionContext,
        *,
        planned: bool,
    ) -> None:
        """Ask all; see `apportion.core.witness`."""
        for shadow in self.shadows:
            try:
                wanted = shadow.wish(task, candidates, seat, context)
            except StrategyError:
                wanted = None
            self._current[shadow.name] = None if wanted is None else candidates.pool.at(wanted).id

    def decide(self, decision: Decision) -> None:
        """Take a decision as it was taken."""
        self._current = {}
        self.clock.now = decision.decided_at
        if self.pool.get(decision.worker) is not None:
            self.balancer.confirm(decision.requirements, decision.worker, self.pool)
            if self.pool.reserve(decision.worker, decision.requirements.complexity):
                self._booked.add((decision.task, decision.attempt))
        self.wishes.append(self._current)

    def end(self, decision: Decision) -> None:
        """Let an attempt end as it ended."""
        assert decision.ended_at is not None, "only what has ended ends"
        self.clock.now = decision.ended_at
        held = (decision.task, decision.attempt)
        if held in self._booked:
            self._booked.remove(held)
            if self.pool.get(decision.worker) is not None:
                self.pool.release(decision.worker, decision.requirements.complexity)
        if decision.timed:
            success, duration = decision.outcome == "succeeded", decision.duration or 0.0
            for shadow in self.shadows:
                shadow.heard(decision.worker, decision.requirements, success, duration, self._context(), None)

    def appear(self, presence: Presence) -> None:
        """Let a worker come or go."""
        if presence.info is None:
            if self.pool.get(presence.worker) is not None:
                self.pool.remove(presence.worker)
        elif self.pool.get(presence.worker) is None:
            self.pool.add(presence.info)

    def _context(self) -> DecisionContext:
        return DecisionContext(self.balancer.context, self.clock(), fresh_random(0))


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happened, at a time; at one time, comings first, then ends, then decisions, then their ends."""

    at: float
    order: int
    happen: Callable[[_Walk], None]


def _events(record: Record) -> list[_Event]:
    events = [_Event(each.at, 0, partial(_appear, each)) for each in record.presences]
    for decision in record.decisions:
        events.append(_Event(decision.decided_at, 2, partial(_decide, decision)))
        if decision.ended_at is not None:
            order = 1 if decision.ended_at > decision.decided_at else 3
            events.append(_Event(decision.ended_at, order, partial(_end, decision)))
    return sorted(events, key=lambda event: (event.at, event.order))


def _appear(presence: Presence, walk: _Walk) -> None:
    walk.appear(presence)


def _decide(decision: Decision, walk: _Walk) -> None:
    walk.decide(decision)


def _end(decision: Decision, walk: _Walk) -> None:
    walk.end(decision)
