"""A worker as it really is at a moment, which the balancer never sees, and its attempts."""

from __future__ import annotations

from collections import deque
from math import exp

from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerStatus
from apportion.simulation.scenario.happening import Change
from apportion.simulation.scenario.worker_profile import WorkerProfile
from apportion.simulation.world.job import Job
from apportion.simulation.world.warmth import Warmth


class Attempt:
    """A job that was given to a worker.

    Attributes:
        job: which.
        number: 1 for the first attempt.
        worker: who has it.
        needs: the requirements under which it was placed.
        lease: the machine's token, where the machine placed it.
        placed: seconds of the trace at which it was given to the worker.
        started: when the worker began with it; before that the time at which it was placed.
        success: how it will end.
        lost: it never will, since its worker has gone.
    """

    __slots__ = ("job", "lease", "lost", "needs", "number", "placed", "started", "success", "worker")

    def __init__(
        self, job: Job, number: int, worker: SimWorker, needs: TaskRequirements, lease: int, now: float
    ) -> None:
        self.job = job
        self.number = number
        self.worker = worker
        self.needs = needs
        self.lease = lease
        self.placed = now
        self.started = now
        self.success = False
        self.lost = False


class SimWorker:
    """One worker.

    Attributes:
        id: its id.
        number: its place in the fleet.
        profile: what it was like at the beginning.
        present: whether it is there.
        status: what it says of itself.
        capacity: units of complexity that it takes on.
        warmth: what it has at hand; None: it keeps nothing.
        running: what it works on.
        line: what waits at the worker.
        busy: units that it works on.
        busy_seconds: units times seconds that it has worked so far.
        present_seconds: slots times seconds that it was there so far.
    """

    __slots__ = (
        "_failing", "_failing_for", "_rates", "_speed_for", "busy", "busy_seconds", "capacity", "factor", "id",
        "line", "number", "present", "present_seconds", "present_since", "profile", "running", "slots", "status",
        "warmth",
    )  # fmt: skip

    def __init__(self, id: str, number: int, profile: WorkerProfile) -> None:
        self.id = id
        self.number = number
        self.profile = profile
        self.present = False
        self.present_since = 0.0
        self.status = WorkerStatus.IDLE
        self.capacity = profile.max_capacity
        self.slots = profile.max_capacity if profile.slots is None else profile.slots
        self.running: set[Attempt] = set()
        self.line: deque[Attempt] = deque()
        self.busy = 0.0
        self.busy_seconds = 0.0
        self.present_seconds = 0.0
        self.factor = 1.0
        self._speed_for = dict(profile.speed_for)
        self._failing = profile.failure_rate
        self._failing_for = dict(profile.failure_rate_for)
        self.warmth = Warmth(profile) if profile.warm else None
        self._rates: dict[str | None, tuple[float, float]] = {}

    # --- how quick and how reliable it is ---------------------------------------------------------------------------

    def rates(self, task_type: str | None) -> tuple[float, float]:
        """Return the seconds a unit of work and the failure rate, for a type of task, now."""
        rates = self._rates.get(task_type)
        if rates is None:
            speed = self._speed_for.get(task_type or "", self.profile.speed) * self.factor
            failing = self._failing_for.get(task_type or "", self._failing)
            rates = self._rates[task_type] = (1.0 / speed, failing)
        return rates

    def seconds(self, job: Job) -> float:
        """Return how long a success takes now, without noise and contention."""
        work = job.work
        if job.columns is not None and self.profile.seconds_per:
            columns = job.columns
            work = max(1e-9, sum(float(columns[name]) * each for name, each in self.profile.seconds_per.items()))
        return work * self.rates(job.requirements.task_type)[0]

    def _seconds_at(self, job: Job, now: float) -> float:
        seconds = self.seconds(job)
        return seconds if self.warmth is None else seconds + self.warmth.missing(job, now)

    def expected(self, job: Job, now: float) -> float:
        """Return the expected seconds to a success if the job is repeated here until it succeeds, at the present load.

        A failed attempt costs its time: T + p / (1 - p) * F, for a success that takes T, a failure that takes F, and a
        failure rate p.
        """
        seconds = self._seconds_at(job, now) * self.crowding(job.requirements.complexity)
        failing = min(0.999, self.rates(job.requirements.task_type)[1])
        return seconds * (1.0 + failing / (1.0 - failing) * self.profile.failure_time)

    def crowding(self, complexity: float) -> float:
        """Return the factor by which those that it works on already slow down one more."""
        contention = self.profile.contention
        if not contention:
            return 1.0
        others = self.slots - complexity
        return 1.0 + contention * min(1.0, self.busy / others) if others > 0 else 1.0

    def duration(self, attempt: Attempt, noise: float) -> float:
        """Return how long an attempt takes that starts now.

        Args:
            attempt: whose ``success`` is decided already.
            noise: its standard normal draw.
        """
        job, spread = attempt.job, self.profile.noise
        seconds = self._seconds_at(job, attempt.started) * self.crowding(attempt.needs.complexity)
        if self.warmth is not None:
            self.warmth.use(job, attempt.started)
        if spread:
            seconds *= exp(spread * noise - spread * spread / 2)
        return seconds if attempt.success or job.doomed else seconds * self.profile.failure_time

    # --- what happens to it -----------------------------------------------------------------------------------------

    def change(self, change: Change) -> None:
        """Become what an event says, apart from joining and leaving."""
        if change.speed is not None:
            self.factor = change.speed / self.profile.speed
        if change.speed_factor is not None:
            self.factor *= change.speed_factor
        for name, speed in change.speed_for.items():
            self._speed_for[name] = speed / self.factor
        if change.failure_rate is not None:
            self._failing = change.failure_rate
            self._failing_for.clear()
        self._failing_for.update(change.failure_rate_for)
        if change.max_capacity is not None:
            self.capacity = change.max_capacity
            self.slots = change.max_capacity if self.profile.slots is None else self.profile.slots
        self._rates.clear()

    def come(self, now: float) -> None:
        """Be there."""
        self.present = True
        self.present_since = now

    def go(self, now: float) -> list[Attempt]:
        """Be gone, and return what was lost."""
        lost = [*sorted(self.running, key=lambda attempt: (attempt.started, attempt.job.index)), *self.line]
        for attempt in lost:
            attempt.lost = True
        for attempt in self.running:
            self.busy_seconds += (now - attempt.started) * attempt.needs.complexity
        self.running.clear()
        self.line.clear()
        if self.warmth is not None:
            self.warmth.lose()
        self.busy = 0.0
        self.present = False
        self.present_seconds += (now - self.present_since) * self.slots
        return lost
