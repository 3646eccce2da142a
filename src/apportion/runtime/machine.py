"""The machine: events in, instructions out. It remembers everything that must be remembered, and does no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from apportion.clock import Random
from apportion.config import RuntimeConfig
from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.core.steps import Steps, slices
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.runtime import inputs
from apportion.runtime.alarms import Alarm, Why
from apportion.runtime.books import Books
from apportion.runtime.breaker import Circuit
from apportion.runtime.crew import Member
from apportion.runtime.hindrances import cooled_down, limited_by
from apportion.runtime.instructions import Instruction, SetTimer
from apportion.runtime.lane import Lane
from apportion.runtime.machine_attempts import AttemptSide
from apportion.runtime.machine_claims import ClaimSide
from apportion.runtime.machine_cooling import CoolingSide
from apportion.runtime.machine_planning import Planner
from apportion.runtime.machine_tasks import TaskSide
from apportion.runtime.machine_waiting import WaitingSide
from apportion.runtime.machine_workers import WorkerSide
from apportion.runtime.moment import Moment
from apportion.runtime.recorder import Recorder

_ALARMS_KEPT = 100_000


class Machine:
    """Decides what happens next.

    Whoever drives it carries out what it returns: the changes of one call as one commit, then everything else; and
    tells it by `ChangeRefused` what the store did not take. It believes itself meanwhile, so that many events become
    one commit.

    Args:
        config: how it behaves.
        balancer: chooses workers, and learns from outcomes.
        pool: the workers' pool, empty; from now on the machine alone changes it.
        rng: spreads retries.
        observed: whether anybody is told what happens to tasks; False saves making facts that nobody hears.
    """

    def __init__(
        self, config: RuntimeConfig, balancer: LoadBalancer, pool: WorkerPool, rng: Random, *, observed: bool = True
    ) -> None:
        self._books = books = Books(config, balancer, pool, rng, observed=observed)
        self._tasks = tasks = TaskSide(books)
        self._cooling = cooling = CoolingSide(books)
        self._workers = workers = WorkerSide(books, tasks, cooling)
        self._attempts = attempts = AttemptSide(books, tasks, workers, cooling)
        self._claims = claims = ClaimSide(books, workers)
        waiting = WaitingSide(books, tasks)
        self._planner = Planner(books, tasks)
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            inputs.TaskSubmitted: tasks.submitted,
            inputs.TasksSubmitted: tasks.submitted_together,
            inputs.CancelAsked: tasks.cancel,
            inputs.RetryAsked: tasks.retry,
            inputs.TasksFound: lambda event: tasks.found(event, workers.found(event)),
            inputs.FrontLoaded: tasks.loaded,
            inputs.ParkedFound: waiting.parked_found,
            inputs.ExpiringFound: waiting.expiring_found,
            inputs.ChangeRefused: tasks.refused,
            inputs.AttemptEnded: attempts.ended,
            inputs.AttemptReleased: attempts.released,
            inputs.TakeBackAsked: attempts.take_back,
            inputs.WorkerJoined: workers.joined,
            inputs.WorkerLeft: workers.left,
            inputs.WorkerLost: workers.lost,
            inputs.DrainAsked: workers.drain,
            inputs.Heartbeat: workers.heartbeat,
            inputs.ClaimOpened: claims.opened,
            inputs.ClaimWithdrawn: claims.withdrawn,
            inputs.ClaimAnswered: claims.answered,
            inputs.Tick: lambda _tick: None,
            inputs.StopAsked: self._stop,
        }
        self._bells: dict[Why, Callable[[Alarm], None]] = {
            Why.DUE: tasks.due,
            Why.WAITED: tasks.waited,
            Why.OVERTIME: attempts.overtime,
            Why.LEASE: attempts.lease_ended,
            Why.CLAIM: claims.ended,
            Why.SILENT: workers.unheard,
            Why.RESTED: workers.rested,
            Why.COOLED: cooling.cooled,
            Why.EXPIRY: waiting.expiry,
            Why.REPLAN: self._replan,
        }

    def handle(self, events: Iterable[inputs.Input], now: Moment) -> list[Instruction]:
        """Take in what has happened, and return what is to be done about it.

        Args:
            events: in the order in which they happened.
            now: the moment; its steady part never goes back.
        """
        books = self._books
        books.now = now
        for event in events:
            self._handlers[type(event)](event)
        for alarm in books.alarms.ringing(now):
            self._bells[alarm.why](alarm)
        self._cooling.look_around()
        self._planner.plan()
        self._claims.settle()
        books.look_after()
        self._set_timer()
        return books.take_instructions()

    def task(self, task_id: str) -> Task | None:
        """Return a task that is in memory as the machine thinks it is, or None."""
        return self._books.task(task_id)

    @property
    def queued(self) -> int:
        """How many tasks wait, in memory or in the store."""
        return self._books.queued

    @property
    def held(self) -> int:
        """How many tasks some worker holds."""
        return len(self._books.held)

    def holdings(self) -> list[Task]:
        """Return the tasks that some worker holds."""
        return [holding.task for holding in self._books.held.values()]

    def workers(self) -> list[WorkerInfo]:
        """Return the workers as people see them: one that does not ask for work at this moment is idle or busy."""
        return self._books.crew.shown()

    def shown(self, worker: WorkerInfo) -> WorkerInfo:
        """Return a worker of the pool as people see it."""
        return self._books.crew.members[worker.id].shown(worker)

    def is_cooled_down(self, worker_id: str) -> bool:
        """Return whether a worker is given nothing for a while, since it fails what others can do."""
        member = self._books.crew.members.get(worker_id)
        return member is not None and member.breaker.circuit is Circuit.OPEN

    def seen(self) -> Steps[list[WorkerInfo]]:
        """Return, in steps, the workers as people see them."""
        pool, found = self._books.crew.pool, list[WorkerInfo]()
        for some in slices(pool.ids()):
            found += [self.shown(worker) for id in some if (worker := pool.get(id)) is not None]
            yield
        return found

    def member(self, worker_id: str) -> Member | None:
        """Return what the machine knows of a worker, to be looked at only, or None."""
        return self._books.crew.members.get(worker_id)

    def hindrances(self, task: Task, steady: float) -> list[str]:
        """Return what keeps a waiting task from starting, besides who is there and has room."""
        return [*limited_by(self._books, task, steady), *cooled_down(self._books, task)]

    @property
    def recorder(self) -> Recorder:
        """What looks on at decisions."""
        return self._books.recorder

    def lanes(self) -> list[Lane]:
        """Return the lines of waiting tasks in memory, to be looked at only."""
        return list(self._books.front.lanes())

    def _set_timer(self) -> None:
        books = self._books
        books.alarms.tidy(_ALARMS_KEPT + 8 * (len(books.held) + len(books.front)), self._means_something)
        seconds = books.alarms.next_in(books.now)
        if seconds is not None:
            books.instruct(SetTimer(seconds))

    def _means_something(self, alarm: Alarm) -> bool:
        if alarm.why in {Why.RESTED, Why.REPLAN, Why.EXPIRY}:
            return True
        if alarm.why in {Why.CLAIM, Why.SILENT, Why.COOLED}:
            member = self._books.crew.members.get(alarm.id)
            number = None if member is None else member.claim_request if alarm.why is Why.CLAIM else member.incarnation
            return number == alarm.lease
        task = self._books.task(alarm.id)
        return task is not None and (alarm.why is Why.WAITED or task.lease == alarm.lease)

    def _replan(self, _alarm: Alarm) -> None:
        self._books.restless = True

    def _stop(self, _event: inputs.StopAsked) -> None:
        self._books.stopping = True
        self._claims.close_all()
