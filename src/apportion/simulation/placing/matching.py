"""``matching-oracle``: the queue as a planner keeps it that knows true speeds and failure rates.

One (task, worker) pair at a time, the lowest relative cost first: what the worker costs for the task, by what the best
worker costs for it. Each worker has virtual slots, which become free when what it works on is expected to end. A task
is bound now unless waiting for a better worker is clearly better: by half, since whoever comes later pays for waiting.
"""

from __future__ import annotations

from bisect import insort
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
    """When which units of a worker are expected to be free: (in how many seconds, units), the soonest first."""

    __slots__ = ("units",)

    def __init__(self, worker: SimWorker, now: float) -> None:
        self.units = [
            (max(1e-9, attempt.started + worker.seconds(attempt.job) - now), attempt.needs.complexity)
            for attempt in (*worker.running, *worker.line)
        ]
        self.units.append((0.0, worker.capacity - sum(units for _, units in self.units)))
        self.units.sort()

    def wait(self, complexity: float) -> float:
        """Return in how many seconds there is room for so much."""
        found = 0.0
        for seconds, units in self.units:
            found += units
            if found >= complexity:
                return seconds
        return inf

    def take(self, complexity: float, seconds: float) -> None:
        """Let so much be taken from the units that are free first, until it is done ``seconds`` after that."""
        until, left = self.wait(complexity) + seconds, complexity
        kept: list[tuple[float, float]] = []
        for free, units in self.units:
            taken = min(left, units)
            left -= taken
            if units > taken:
                kept.append((free, units - taken))
        insort(kept, (until, complexity))
        self.units = kept


class MatchingDispatcher(SelectingDispatcher):
    """Matches the front of the queue with the workers."""

    def dispatch(self) -> None:
        """Bind what should start now; the rest waits, whoever is free."""
        if not self._open:
            return
        lanes = sorted(self._open, key=lambda lane: lane.order)
        slots: dict[int, _Slots] = {}
        for priority in sorted({lane.needs.priority for lane in lanes}, reverse=True):
            self._match([lane for lane in lanes if lane.needs.priority == priority], slots)
        for lane in list(self._open):
            self._open.remove(lane)
            lane.listed = False
            if lane.line:
                lane.blocked = True
                self._blocked.append(lane)

    def _line_of(self, job: Job) -> int:
        """Return which line a task waits in: each type has its own, so that each can be matched."""
        return job.shape.number

    def _match(self, lanes: list[Lane], slots: dict[int, _Slots]) -> None:
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
            slots[offer.worker.number].take(lane.needs.complexity, offer.seconds)
            following = next(places[lane], None)
            if following is None:
                del heads[lane]
            else:
                heads[lane] = following
        for lane, gone in bound.items():
            for entry in gone:
                lane.line.remove(entry)

    def _offer(self, lane: Lane, job: Job, slots: dict[int, _Slots]) -> _Offer:
        """Return the best that a task can have; a retry goes elsewhere if there is anybody else."""
        avoid = lane.needs.avoid
        offer = self._soonest(lane, job, slots, avoid)
        return self._soonest(lane, job, slots, frozenset()) if avoid and offer.relative == inf else offer

    def _soonest(self, lane: Lane, job: Job, slots: dict[int, _Slots], avoid: frozenset[str]) -> _Offer:
        """Return the soonest expected success for a task: waiting counts double, with what comes after it."""
        best = _Offer(inf, inf, inf, next(iter(self._world.workers.values())))
        soonest = cheapest = inf
        for unit, worker in self._costs().ranked(job):
            info = self._pool.get(worker.id)
            if info is None or worker.id in avoid or not lane.suits(info):
                continue
            seconds = unit * job.work
            cheapest = min(cheapest, seconds)
            if seconds >= soonest:
                break
            if worker.number not in slots:
                slots[worker.number] = _Slots(worker, self._world.clock.now)
            wait = slots[worker.number].wait(lane.needs.complexity)
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

    def _costs(self) -> TrueCosts:
        if self._true is None:
            self._true = TrueCosts(self._world)
        return self._true

    _true: TrueCosts | None = None

    def _take_in(self, worker: SimWorker) -> None:
        """Look at everything anew after a worker came, went or changed."""
        self._true = None
        super()._take_in(worker)
