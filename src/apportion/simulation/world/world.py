"""The fleet at work: attempts begin and end, workers come and go."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

from apportion.clock import fresh_random
from apportion.model.task import TaskRequirements
from apportion.simulation.scenario.worker_profile import WorkerProfile
from apportion.simulation.world.clock import TraceClock
from apportion.simulation.world.job import Job
from apportion.simulation.world.ledger import End, Ledger
from apportion.simulation.world.worker import Attempt, SimWorker

_FAR = 1 << 31
"""Seeds of different attempts never meet."""


class World:
    """The workers, and what they do.

    Args:
        profiles: the fleet.
        jobs: how many tasks will arrive.
        seed: for the luck of repeated attempts; that of first attempts is the jobs' own.

    Attributes:
        clock: the virtual time.
        workers: by id.
        ledger: what has happened.
    """

    def __init__(self, profiles: Iterable[WorkerProfile], jobs: int, seed: int) -> None:
        self.clock = TraceClock()
        self.ledger = Ledger(jobs)
        self.workers: dict[str, SimWorker] = {}
        for profile in profiles:
            for id in profile.ids():
                self.workers[id] = SimWorker(id, len(self.workers), profile)
        self._seed = seed
        self._ends: list[tuple[float, int, Attempt]] = []
        self._count = 0

    def begin(self, job: Job, number: int, worker_id: str, needs: TaskRequirements, lease: int = 0) -> Attempt:
        """Give a job to a worker, which begins with it when it has a slot free."""
        worker = self.workers[worker_id]
        attempt = Attempt(job, number, worker, needs, lease, self.clock.now)
        if worker.busy + needs.complexity <= worker.slots and not worker.line:
            self._start(attempt)
        else:
            worker.line.append(attempt)
        return attempt

    def _start(self, attempt: Attempt) -> None:
        job, worker = attempt.job, attempt.worker
        luck, noise = (job.luck, job.noise) if attempt.number == 1 else self._draws(attempt)
        failing = worker.rates(job.requirements.task_type)[1]
        attempt.success = not job.doomed and luck >= failing
        attempt.started = now = self.clock.now
        ends = now + worker.duration(attempt, noise)
        worker.busy += attempt.needs.complexity
        worker.running.add(attempt)
        self.ledger.began(attempt)
        self._count += 1
        heappush(self._ends, (ends, self._count, attempt))

    def _draws(self, attempt: Attempt) -> tuple[float, float]:
        """Return the luck and the noise of a repeated attempt: the same under every strategy."""
        rng = fresh_random((self._seed * _FAR + attempt.job.index) * _FAR + attempt.number)
        return rng.random(), rng.gauss(0.0, 1.0)

    def next_end(self) -> float | None:
        """Return when the next attempt ends, or None where none is under way."""
        ends = self._ends
        while ends and ends[0][2].lost:
            heappop(ends)
        return ends[0][0] if ends else None

    def take_ended(self) -> Attempt:
        """Return the attempt that ends now; its worker goes on with the next in its line."""
        now, _, attempt = heappop(self._ends)
        worker, units = attempt.worker, attempt.needs.complexity
        worker.running.remove(attempt)
        worker.busy = worker.busy - units if worker.running else 0.0
        worker.busy_seconds += (now - attempt.started) * units
        self.ledger.over(attempt, now, End.SUCCEEDED if attempt.success else End.FAILED)
        line = worker.line
        while line and worker.busy + line[0].needs.complexity <= worker.slots:
            self._start(line.popleft())
        return attempt

    def lose(self, worker: SimWorker) -> list[Attempt]:
        """Let a worker go, and return the attempts that are lost with it."""
        lost = worker.go(self.clock.now)
        for attempt in lost:
            self.ledger.over(attempt, self.clock.now, End.LOST)
        return lost

    def close(self) -> None:
        """End the books: count how long each worker was there."""
        for worker in self.workers.values():
            if worker.present:
                worker.present_seconds += (self.clock.now - worker.present_since) * worker.slots
                worker.present_since = self.clock.now
