"""``matching-oracle``: the queue as a planner keeps it that knows true speeds and failure rates.

One (task, worker) pair at a time, the lowest relative cost first: what the worker costs for the task, by what the best
worker costs for it. Each worker has virtual slots, which become free when what it works on is expected to end. A task
is bound now unless waiting for a better worker is clearly better: by half, since whoever comes later pays for waiting.
"""

from __future__ import annotations

from bisect import insort
from math import inf

from apportion.simulation.placing.head import Entry, Head, Offer, turn
from apportion.simulation.placing.lane import Lane
from apportion.simulation.placing.selecting import SelectingDispatcher
from apportion.simulation.placing.virtual_slots import VirtualSlots
from apportion.simulation.policies.true_costs import TrueCosts
from apportion.simulation.world.job import Job
from apportion.simulation.world.worker import SimWorker

_CLEARLY = 2.0
_WINDOW = 24
"""How many tasks are seen to wait for a better worker, before the rest is left until something happens."""


class MatchingDispatcher(SelectingDispatcher):
    """Matches the front of the queue with the workers."""

    def dispatch(self) -> None:
        """Bind what should start now; the rest waits, whoever is free."""
        if not self._open:
            return
        lanes = sorted(self._open, key=lambda lane: lane.order)
        slots: dict[int, VirtualSlots] = {}
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

    def _match(self, lanes: list[Lane], slots: dict[int, VirtualSlots]) -> None:
        """Bind the tasks of some lanes of one priority, the lowest relative cost first."""
        heads = sorted((Head(lane) for lane in lanes), key=turn)
        bound: list[tuple[Lane, Entry]] = []
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
                insort(heads, head, key=turn)
        for lane, entry in bound:
            lane.line.remove(entry)

    def _lowest(self, heads: list[Head], slots: dict[int, VirtualSlots]) -> tuple[Head, Offer]:
        """Return the head with the lowest relative cost, among equals who came first.

        None is below 1, so whoever came first with 1 is it, and the offers of those behind need not be known.
        """
        best: tuple[Head, Offer] | None = None
        for head in heads:
            if head.offer is None:
                head.offer = self._offer(head.lane, head.entry[1], slots)
            if best is None or head.offer.relative < best[1].relative:
                best = head, head.offer
            if best[1].relative <= 1.0:
                break
        assert best is not None, "is asked only while there is somebody"
        return best

    def _offer(self, lane: Lane, job: Job, slots: dict[int, VirtualSlots]) -> Offer:
        """Return the best that a task can have; a retry goes elsewhere if there is anybody else."""
        avoid = lane.needs.avoid
        offer = self._soonest(lane, job, slots, avoid)
        return self._soonest(lane, job, slots, frozenset()) if avoid and offer.relative == inf else offer

    def _soonest(self, lane: Lane, job: Job, slots: dict[int, VirtualSlots], avoid: frozenset[str]) -> Offer:
        """Return the soonest expected success for a task: waiting counts double, with what comes after it."""
        best = Offer(inf, inf, inf, next(iter(self._world.workers.values())))
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
                slots[worker.number] = VirtualSlots(worker, self._world.clock.now)
            wait = slots[worker.number].wait(lane.needs.complexity)
            success = seconds if wait <= 0 else _CLEARLY * (wait + seconds)
            if success < soonest:
                soonest = success
                best = Offer(seconds / cheapest, wait, seconds, worker)
        return best

    def _bind(self, lane: Lane, entry: Entry, worker: SimWorker) -> bool:
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
