"""The queue as a simple dispatcher keeps it: whoever is at its head goes where the placer says.

Tasks that the same workers may take stand in one lane, so that a task which has to wait for a rare worker holds up only
its like. Among lanes, the higher priority goes first, then who came first. A failed attempt is queued again at once,
at the end of the line, and would rather go elsewhere; what a worker lost by going is queued again without blame.
"""

from __future__ import annotations

from collections.abc import Sequence

from apportion.core.pool.pool import WorkerPool
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerStatus
from apportion.simulation.placing.lane import Lane
from apportion.simulation.placing.placer import Placer
from apportion.simulation.scenario.settings import RunSettings
from apportion.simulation.world.job import Job
from apportion.simulation.world.ledger import End
from apportion.simulation.world.worker import Attempt, SimWorker
from apportion.simulation.world.world import World

_OPEN = (WorkerStatus.IDLE, WorkerStatus.BUSY)


class SelectingDispatcher:
    """Places the head of the queue, one task after the other.

    Args:
        world: where attempts begin.
        settings: how often a failing task is tried.
        placer: who chooses.
        pool: the workers as the placer sees them; this keeps its books.
        sample_every: decisions between two samples of the weights.
    """

    def __init__(
        self, world: World, settings: RunSettings, placer: Placer, pool: WorkerPool, sample_every: int
    ) -> None:
        self._world = world
        self._settings = settings
        self._placer = placer
        self._pool = pool
        self._sample_every = sample_every
        self._lanes: dict[tuple[int, str | None], Lane] = {}
        self._open: list[Lane] = []
        self._blocked: list[Lane] = []
        self._turn = 0
        self._room = 0.0
        self.waiting = 0
        self.decisions = 0

    # --- what happens -----------------------------------------------------------------------------------------------

    def arrived(self, job: Job) -> None:
        """A task arrives."""
        self._queue(job, 1, None)

    def ended(self, attempt: Attempt, seconds: float) -> None:
        """An attempt is over: its worker has room again, and its task is done, tried again or given up."""
        job, needs = attempt.job, attempt.needs
        self._pool.release(attempt.worker.id, needs.complexity)
        own_fault = job.doomed and self._settings.report_faults
        self._placer.learn(attempt, seconds, "task" if own_fault else None)
        if attempt.worker.status in _OPEN:
            self._room += needs.complexity
            self._unblock(attempt.worker)
        now = self._world.clock.now
        if attempt.success:
            self._world.ledger.settled(job.index, now, End.SUCCEEDED)
        elif job.doomed:
            self._world.ledger.settled(job.index, now, End.DOOMED)
        elif attempt.number >= self._settings.max_attempts:
            self._world.ledger.settled(job.index, now, End.FAILED)
        else:
            self._queue(job, attempt.number + 1, attempt.worker.id)

    def joined(self, worker: SimWorker) -> None:
        """A worker comes, with nothing to do."""
        info = worker.profile.info(worker.id)
        self._pool.add(info.replace(max_capacity=worker.capacity, status=worker.status))
        self._take_in(worker)

    def lost(self, worker: SimWorker, attempts: Sequence[Attempt]) -> None:
        """A worker has gone; what it held waits again, in the place of a newcomer."""
        self._pool.remove(worker.id)
        for attempt in attempts:
            self._queue(attempt.job, attempt.number, worker.id)
        self._take_in(worker)

    def changed(self, worker: SimWorker) -> None:
        """A worker has changed."""
        self._pool.update(worker.id, status=worker.status, max_capacity=worker.capacity)
        self._take_in(worker)

    def _take_in(self, worker: SimWorker) -> None:
        """Look at everything anew after a worker came, went or changed."""
        self._placer.changed(worker)
        self._room = sum(each.free_capacity for each in self._pool if each.status in _OPEN)
        self._blocked.clear()
        for lane in self._lanes.values():
            lane.forget(worker.id)
            lane.blocked = False
            self._list(lane)

    # --- the queue --------------------------------------------------------------------------------------------------

    def _queue(self, job: Job, number: int, avoid: str | None) -> None:
        lane = self._lane(job, avoid)
        self._turn += 1
        lane.line.append((self._turn, job, number))
        self.waiting += 1
        if not lane.blocked:
            self._list(lane)

    def _lane(self, job: Job, avoid: str | None) -> Lane:
        key = (self._line_of(job), avoid)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(_avoiding(job.shape.requirements, avoid))
        return lane

    def _line_of(self, job: Job) -> int:
        """Return which line a task waits in."""
        return job.shape.lane

    def _list(self, lane: Lane) -> None:
        if lane.line and not lane.listed:
            lane.listed = True
            self._open.append(lane)

    def _unblock(self, worker: SimWorker) -> None:
        """Let those lanes be tried again whose tasks the worker may take."""
        if not self._blocked:
            return
        info = self._pool.get(worker.id)
        still: list[Lane] = []
        for lane in self._blocked:
            if info is not None and lane.suits(info):
                lane.blocked = False
                self._list(lane)
            else:
                still.append(lane)
        self._blocked = still

    # --- placing ----------------------------------------------------------------------------------------------------

    def dispatch(self) -> None:
        """Place what can be placed now."""
        lanes = self._open
        while lanes:
            lane = lanes[0] if len(lanes) == 1 else min(lanes, key=_order)
            if not self._place_first(lane):
                lane.blocked = True
                self._blocked.append(lane)
                lane.listed = False
                lanes.remove(lane)
            elif not lane.line:
                lane.listed = False
                lanes.remove(lane)

    def _place_first(self, lane: Lane) -> bool:
        """Place the first task of a lane, and return whether that was possible."""
        complexity = lane.needs.complexity
        if self._room < complexity:
            return False
        _, job, number = lane.line[0]
        needs = job.requirements
        if lane.needs.avoid:
            needs = needs.replace(avoid=needs.avoid | lane.needs.avoid)
        worker_id = self._placer.place(job, needs)
        if worker_id is None:
            return False
        lane.line.popleft()
        self.waiting -= 1
        self._pool.reserve(worker_id, complexity)
        self._room -= complexity
        self._world.begin(job, number, worker_id, needs)
        self.decisions += 1
        if self.decisions % self._sample_every == 0:
            self._sample()
        return True

    def _sample(self) -> None:
        weights = self._placer.weights()
        if weights is not None:
            self._world.ledger.weights.append((self._world.clock.now, weights))

    def stranded(self) -> list[Job]:
        """Return the tasks that still wait."""
        return [job for lane in self._lanes.values() for _, job, _ in lane.line]


def _order(lane: Lane) -> tuple[float, int]:
    return lane.order


def _avoiding(needs: TaskRequirements, avoid: str | None) -> TaskRequirements:
    return needs if avoid is None else needs.replace(avoid=needs.avoid | {avoid})
