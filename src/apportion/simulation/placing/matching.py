"""``matching-oracle``: the queue as a planner keeps it that knows true speeds and failure rates.

One (task, worker) pair at a time, the lowest relative cost first: what the worker costs for the task, by what the best
worker costs for it. Each worker has virtual slots, which become free when what it works on is expected to end. A task
is bound now unless waiting for a better worker is clearly better: by half, since whoever comes later pays for waiting.
"""

from __future__ import annotations

from bisect import insort
from math import inf
from typing import NamedTuple

from apportion.simulation.placing.lane import Lane
from apportion.simulation.placing.selecting import SelectingDispatcher
from apportion.simulation.policies.true_costs import TrueCosts
from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import SimWorker

_CLEARLY = 2.0
_WINDOW = 24
"""How many tasks are seen to wait for a better worker, before the rest is left until something happens."""

_Entry = tuple[int, Job, int]
"""A task that waits: its turn, and the number of the attempt."""


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


class _Head:
    """The first task of a lane that is not matched yet.

    Attributes:
        lane: where it waits.
        entry: the task.
        offer: the best that it can have; None: it must be looked for.
    """

    __slots__ = ("_line", "entry", "lane", "offer")

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self._line = iter(lane.line)
        self.entry: _Entry = next(self._line)
        self.offer: _Offer | None = None

    def worker_taken(self, worker: SimWorker) -> None:
        """Forget the offer if it was of this worker: what others offer is as it was."""
        if self.offer is not None and self.offer.worker is worker:
            self.offer = None

    def advance(self) -> bool:
        """Go on to the next task of the lane, and return whether there is one."""
        following = next(self._line, None)
        if following is not None:
            self.entry, self.offer = following, None
        return following is not None


def _turn(head: _Head) -> int:
    return head.entry[0]


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
        heads = sorted((_Head(lane) for lane in lanes), key=_turn)
        bound: list[tuple[Lane, _Entry]] = []
        waiting = 0
        while heads and self._room > 0 and waiting < _WINDOW:
            head, offer = self._lowest(heads, slots)
            if offer.relative == inf:
                break
            if offer.wait <= 0 and self._bind(head.lane, head.entry, offer.worker):
                bound.append((head.lane, head.entry))
            else:
                waiting += 1
            slots[offer.worker.number].take(head.lane.needs.complexity, offer.seconds)
            for each in heads:
                each.worker_taken(offer.worker)
            heads.remove(head)
            if head.advance():
                insort(heads, head, key=_turn)
        for lane, entry in bound:
            lane.line.remove(entry)

    def _lowest(self, heads: list[_Head], slots: dict[int, _Slots]) -> tuple[_Head, _Offer]:
        """Return the head with the lowest relative cost, among equals who came first.

        None is below 1, so whoever came first with 1 is it, and the offers of those behind need not be known.
        """
        best: tuple[_Head, _Offer] | None = None
        for head in heads:
            if head.offer is None:
                head.offer = self._offer(head.lane, head.entry[1], slots)
            if best is None or head.offer.relative < best[1].relative:
                best = head, head.offer
            if best[1].relative <= 1.0:
                break
        assert best is not None, "is asked only while there is somebody"
        return best

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

    def _bind(self, lane: Lane, entry: _Entry, worker: SimWorker) -> bool:
        _, job, number = entry
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
