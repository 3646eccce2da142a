"""``matching-oracle``: the queue as a planner keeps it that knows true speeds and failure rates.

One (task, worker) pair at a time, the lowest relative cost first: what the worker costs for the task, by what the best
worker costs for it. Each worker has virtual slots, which become free when what it works on is expected to end. A task
is bound now unless waiting for a better worker is clearly better: by half, since whoever comes later pays for waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heapreplace
from itertools import islice
from math import inf
from typing import NamedTuple

from apportion.simulation.placing.lane import Lane
from apportion.simulation.placing.selecting import SelectingDispatcher
from apportion.simulation.policies.true_costs import TrueCosts
from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import SimWorker

_CLEARLY = 2.0
_WINDOW = 24


class _Offer(NamedTuple):
    """The best that a task can have: where, after how many seconds, at which relative cost."""

    relative: float
    wait: float
    seconds: float
    worker: SimWorker


class _Slots:
    """The virtual slots of those workers that are asked for."""

    def __init__(self, find: Callable[[SimWorker], list[float]]) -> None:
        self._find = find
        self._found: dict[int, list[float]] = {}

    def of(self, worker: SimWorker) -> list[float]:
        """Return in how many seconds each slot is expected to be free, as a heap."""
        found = self._found.get(worker.number)
        if found is None:
            found = self._found[worker.number] = self._find(worker)
        return found


class MatchingDispatcher(SelectingDispatcher):
    """Matches the front of the queue with the workers."""

    def dispatch(self) -> None:
        """Bind what should start now; the rest waits, whoever is free."""
        if not self._open:
            return
        lanes = sorted(self._open, key=lambda lane: lane.order)
        slots = _Slots(self._slots)
        for priority in sorted({lane.needs.priority for lane in lanes}, reverse=True):
            self._match([lane for lane in lanes if lane.needs.priority == priority], slots)
        for lane in list(self._open):
            self._open.remove(lane)
            lane.listed = False
            if lane.line:
                lane.blocked = True
                self._blocked.append(lane)

    def _match(self, lanes: list[Lane], slots: _Slots) -> None:
        """Bind the tasks of some lanes of one priority, the lowest relative cost first."""
        bound: dict[Lane, list[tuple[int, Job, int]]] = {lane: [] for lane in lanes}
        places = {lane: islice(list(lane.line), _WINDOW) for lane in lanes}
        heads = {lane: next(line) for lane, line in places.items()}
        for _ in range(_WINDOW):
            if not heads or self._room <= 0:
                break
            offers = {lane: self._offer(lane, head[1], slots) for lane, head in heads.items()}
            lane = min(heads, key=lambda lane: (offers[lane].relative, heads[lane][0]))
            offer, head = offers[lane], heads[lane]
            if offer.relative == inf:
                break
            if offer.wait <= 0 and self._bind(lane, head, offer.worker):
                bound[lane].append(head)
            self._take(slots.of(offer.worker), offer)
            following = next(places[lane], None)
            if following is None:
                del heads[lane]
            else:
                heads[lane] = following
        for lane, gone in bound.items():
            for entry in gone:
                lane.line.remove(entry)

    def _offer(self, lane: Lane, job: Job, slots: _Slots) -> _Offer:
        """Return the soonest expected success for a task: waiting counts double, with what comes after it."""
        best = _Offer(inf, inf, inf, next(iter(self._world.workers.values())))
        soonest = cheapest = inf
        for unit, worker in self._costs().ranked(job):
            info = self._pool.get(worker.id)
            if info is None or not lane.suits(info):
                continue
            seconds = unit * job.work
            cheapest = min(cheapest, seconds)
            if seconds >= soonest:
                break
            free = slots.of(worker)
            wait = free[0] if free else inf
            success = seconds if wait <= 0 else _CLEARLY * (wait + seconds)
            if success < soonest:
                soonest = success
                best = _Offer(seconds / cheapest, wait, seconds, worker)
        return best

    def _bind(self, lane: Lane, head: tuple[int, Job, int], worker: SimWorker) -> bool:
        _, job, number = head
        needs = job.requirements
        if lane.needs.avoid:
            needs = needs.replace(avoid=needs.avoid | lane.needs.avoid)
        if not self._pool.reserve(worker.id, needs.complexity):
            return False
        self.waiting -= 1
        self._room -= needs.complexity
        self._world.begin(job, number, worker.id, needs)
        self.decisions += 1
        return True

    def _take(self, slots: list[float], offer: _Offer) -> None:
        """Let a virtual slot be taken until the task has ended there."""
        heapreplace(slots, max(0.0, offer.wait) + offer.seconds)

    def _slots(self, worker: SimWorker) -> list[float]:
        """Return in how many seconds each slot of a worker is expected to be free, as a heap."""
        now = self._world.clock.now
        left = [
            max(1e-9, attempt.started + worker.seconds(attempt.job) - now)
            for attempt in (*worker.running, *worker.line)
        ]
        slots = [*left, *[0.0] * max(0, int(worker.capacity) - len(left))]
        heapify(slots)
        return slots

    def _costs(self) -> TrueCosts:
        if self._true is None:
            self._true = TrueCosts(self._world)
        return self._true

    _true: TrueCosts | None = None

    def _take_in(self, worker: SimWorker) -> None:
        """Look at everything anew after a worker came, went or changed."""
        self._true = None
        super()._take_in(worker)
