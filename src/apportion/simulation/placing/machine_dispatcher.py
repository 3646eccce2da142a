"""The real machine as the one who keeps the queue: the same code that runs in production, in virtual time.

There is no store: everything fits into memory, and what the machine wants written is taken for written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from apportion.clock import Random
from apportion.config import RuntimeConfig
from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.errors import FieldError
from apportion.events import TaskFailed, TaskSucceeded
from apportion.model.task_record import Task
from apportion.model.worker import WorkerStatus
from apportion.ports import Note, Outcome
from apportion.runtime import inputs
from apportion.runtime.instructions import Emit, Start
from apportion.runtime.machine import Machine
from apportion.runtime.moment import Moment
from apportion.simulation.scenario.settings import RunSettings
from apportion.simulation.world.job import Job
from apportion.simulation.world.ledger import End
from apportion.simulation.world.worker import Attempt, SimWorker
from apportion.simulation.world.world import World

Record = Callable[[Any], None]

_NEVER_POISON = 1_000_000
_KEPT = 1e9


class MachineDispatcher:
    """Feeds a machine with what happens, and does what it says.

    Args:
        world: where attempts begin.
        settings: order, window, attempts.
        balancer: who decides.
        jobs: all that will arrive.
        rng: the machine's own.
        sample_every: decisions between two samples of the weights.
        record: is given each line of the record of decisions; None: none is kept.
    """

    def __init__(
        self,
        world: World,
        settings: RunSettings,
        balancer: LoadBalancer,
        jobs: Sequence[Job],
        rng: Random,
        sample_every: int,
        record: Record | None = None,
    ) -> None:
        self._world = world
        self._settings = settings
        self._jobs = jobs
        self._record = record
        config = _config(settings, len(jobs)).replace(keep_decisions=0.0 if record is None else _KEPT)
        self._machine = Machine(config, balancer, WorkerPool(), rng)
        self._adaptive = balancer.adaptive if balancer.get_current_strategy() == "adaptive" else None
        self._sample_every = sample_every
        self._inputs: list[inputs.Input] = []
        self._draining: set[str] = set()
        self._capacity: dict[str, float] = {}
        self.decisions = 0

    @property
    def waiting(self) -> int:
        """How many tasks wait."""
        return self._machine.queued

    # --- what happens -----------------------------------------------------------------------------------------------

    def arrived(self, job: Job) -> None:
        """A task arrives."""
        task_type = job.requirements.task_type or ""
        attempts = self._settings.max_attempts
        task = Task(str(job.index), task_type, requirements=job.requirements, max_attempts=attempts)
        self._inputs.append(inputs.TaskSubmitted(task))

    def ended(self, attempt: Attempt, seconds: float) -> None:
        """An attempt is over."""
        job = attempt.job
        fault = "task" if job.doomed and self._settings.report_faults and not attempt.success else None
        outcome = Outcome(attempt.success, duration=seconds, retry=not job.doomed, fault=fault)
        self._inputs.append(inputs.AttemptEnded(str(job.index), attempt.worker.id, attempt.lease, outcome))

    def joined(self, worker: SimWorker) -> None:
        """A worker comes."""
        info = worker.profile.info(worker.id)
        self._draining.discard(worker.id)
        self._capacity[worker.id] = worker.capacity
        self._inputs.append(inputs.WorkerJoined(info.replace(max_capacity=worker.capacity, status=worker.status)))

    def lost(self, worker: SimWorker, attempts: Sequence[Attempt]) -> None:
        """A worker has gone."""
        self._inputs.append(inputs.WorkerLost(worker.id))

    def changed(self, worker: SimWorker) -> None:
        """A worker has changed.

        Raises:
            FieldError: in a way that the runtime has no message for.
        """
        if worker.status in {WorkerStatus.DRAINING, WorkerStatus.OVERLOADED}:
            self._draining.add(worker.id)
            self._inputs.append(inputs.DrainAsked(worker.id))
        elif worker.id in self._draining or worker.capacity != self._capacity[worker.id]:
            raise FieldError(
                "Change.status" if worker.id in self._draining else "Change.max_capacity",
                f"worker {worker.id!r}: a running machine cannot be told that; use placing = 'select'",
            )

    # --- placing ----------------------------------------------------------------------------------------------------

    def dispatch(self) -> None:
        """Let the machine take in what has happened, and do what it says."""
        events, self._inputs = self._inputs, []
        now = self._world.clock.now
        for instruction in self._machine.handle(events, Moment(now, now)):
            if isinstance(instruction, Start):
                self._start(instruction)
            elif isinstance(instruction, Emit):
                self._note(instruction)
            elif isinstance(instruction, Note) and self._record is not None:
                self._record(instruction.line)

    def _start(self, start: Start) -> None:
        attempt = start.attempt
        job = self._jobs[int(attempt.task_id)]
        record = self._machine.task(attempt.task_id)
        number = 1 if record is None else record.failures + 1
        self._world.begin(job, number, attempt.worker_id, job.requirements, attempt.lease)
        self.decisions += 1
        if self._adaptive is not None and self.decisions % self._sample_every == 0:
            self._world.ledger.weights.append((self._world.clock.now, self._adaptive.get_weights()))

    def _note(self, told: Emit) -> None:
        fact = told.fact
        if isinstance(fact, (TaskSucceeded, TaskFailed)):
            job = self._jobs[int(fact.task.id)]
            failed = End.DOOMED if job.doomed else End.FAILED
            how = End.SUCCEEDED if isinstance(fact, TaskSucceeded) else failed
            self._world.ledger.settled(job.index, self._world.clock.now, how)

    def stranded(self) -> list[Job]:
        """Return the tasks that still wait."""
        return [job for job in self._jobs if self._world.ledger.state[job.index] == End.OPEN]


def _config(settings: RunSettings, jobs: int) -> RuntimeConfig:
    """Return settings under which nothing waits for a backoff or in a store, and no task is poison."""
    return RuntimeConfig(
        order=settings.order,
        window=settings.window,
        front=4 * jobs + 64,
        max_queued=jobs + 1,
        retry_backoff=0.0,
        max_deaths=_NEVER_POISON,
    )
