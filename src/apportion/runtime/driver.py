"""The driver: one task of the event loop owns the machine, feeds it, and carries out what it wants.

While a commit is under way, in a thread of its own, further events gather; they become the next batch. So a busy run
commits many changes at once, and an idle one waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ParamSpec, TypeVar

from apportion.config import RuntimeConfig
from apportion.errors import NotRunningError
from apportion.events import Fact, StoreTroubled, TasksPlaced
from apportion.model.lifecycle import TaskState
from apportion.ports import Attempt, Outcome
from apportion.runtime import inputs
from apportion.runtime.batch import Batch
from apportion.runtime.committer import Committer
from apportion.runtime.handouts import Handouts
from apportion.runtime.instructions import (
    Answer,
    AnswerClaim,
    CancelAttempt,
    Emit,
    Instruction,
    Read,
    SetTimer,
    Start,
)
from apportion.runtime.learned import DOCUMENT
from apportion.runtime.machine import Machine
from apportion.runtime.moment import Moment
from apportion.runtime.questions import Questions
from apportion.runtime.reads import Reads
from apportion.runtime.registrations import registrations_of
from apportion.runtime.store_threads import StoreThreads
from apportion.runtime.surroundings import Surroundings

P = ParamSpec("P")
T = TypeVar("T")

_MOST_EVENTS = 1024
"""Events that are handled at once: enough for a good commit, few enough that the loop stays responsive."""

_LAST_TRIES = 2.0
"""Seconds for which a stopping run goes on trying to write what a troubled store refuses."""


class Driver:
    """Drives a machine.

    Args:
        machine: decides; nobody else talks to it.
        config: for the times that the driver minds.
        world: what it works with.

    Attributes:
        threads: wait for the store.
    """

    def __init__(self, machine: Machine, config: RuntimeConfig, world: Surroundings) -> None:
        self._machine = machine
        self._config = config
        self._world = world
        self._events: deque[inputs.Input] = deque()
        self._batch = Batch()
        self.threads = StoreThreads()
        self._committer = Committer(world.store, self.threads.write)
        self._reads = Reads(world.store, self.threads.read, self.feed, self._troubled)
        self._questions = Questions()
        self._handouts = Handouts(self.feed)
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._saver: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._idle: list[asyncio.Future[None]] = []
        self._news = False
        self._save_due = False
        self._stopping = self._hands_closed = self._all_saved = False
        self._give_up_at: float | None = None
        self._failure: BaseException | None = None

    # --- for those who use it ---------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take over what the store holds, and begin."""
        store = self._world.store
        self._world.learned.restore(await self.read(store.recall, DOCUMENT))
        counts = await self.read(store.counts)
        assigned = await self.read(lambda: list(store.assigned()))
        registrations = await self.read(registrations_of, store, assigned)
        tenants = await self.read(store.tenants)
        self.feed(inputs.TasksFound(assigned, counts[TaskState.QUEUED], tenants, registrations))
        self._task = asyncio.create_task(self._run(), name="apportion-driver")
        self._remember_later()

    def feed(self, event: inputs.Input) -> None:
        """Tell the machine something, soon."""
        self._events.append(event)
        self._wake.set()

    def ask(self, event_of: Callable[[int], inputs.Input]) -> asyncio.Future[Any]:
        """Tell the machine something and return its answer, which comes once what it means is durable.

        Args:
            event_of: makes the event, given the number under which it is answered.

        Raises:
            NotRunningError: it is not running.
        """
        self.refuse_unless_running()
        number, answer = self._questions.new()
        self.feed(event_of(number))
        return answer

    def refuse_unless_running(self) -> None:
        """Raise NotRunningError unless it is running; the failure that ended it is its cause."""
        if self._failure is not None:
            raise NotRunningError(f"the distributor has failed: {self._failure}") from self._failure
        if self._task is None or self._stopping:
            raise NotRunningError

    async def read(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a store's reading method in a thread that may wait."""
        return await self.threads.read(call, *args, **kwargs)

    async def idle(self) -> None:
        """Wait until no task waits and none is held."""
        self.refuse_unless_running()
        if self._busy() or self._events:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._idle.append(waiter)
            await waiter

    async def stop(self, grace: float) -> None:
        """Start nothing new, give what runs ``grace`` seconds to end, write everything down, and end."""
        if self._task is None or self._stopping:
            return
        self.feed(inputs.StopAsked())
        self._stopping = True
        try:
            await self._world.hands.close(grace)
            self._hands_closed = True
            self._wake.set()
            await self._task
        finally:
            self._end(self._failure or NotRunningError("the distributor was closed before that; open the store again"))
            self.threads.close()

    # --- the loop ---------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            while not (self._stopping and (self._settled() or self._gives_up())):
                await self._step()
        except BaseException as error:
            self._failure = error
            self._end(error)
            raise

    async def _step(self) -> None:
        """Wait for something to happen, and do all that it asks for."""
        if not self._events:
            await self._wake.wait()
        self._wake.clear()
        events = [self._events.popleft() for _ in range(min(_MOST_EVENTS, len(self._events)))]
        if self._events:
            self._wake.set()
        now = Moment(self._world.clock(), self._world.steady())
        instructions = self._machine.handle(events, now)
        self._batch.add(instructions)
        self._time_placing(instructions, now)
        self._save_now_and_then()
        self._do(self._batch.take_signs_of_life())
        await self._carry_out()

    def _time_placing(self, instructions: Sequence[Instruction], began: Moment) -> None:
        if not self._world.observers:
            return
        placed = [type(each) for each in instructions].count(Start)
        if placed:
            self._tell(TasksPlaced(began.wall, placed, self._world.steady() - began.steady))

    def _settled(self) -> bool:
        """Whether nothing is left to do for a run that is stopping: the last thing is to save what was learned."""
        if not self._hands_closed or self._events or self._reads or self._batch.changes:
            return False
        if self._all_saved:
            return True
        self._all_saved = True
        self._batch.remember = self._world.learned.document()
        self._wake.set()
        return self._batch.remember is None

    def _gives_up(self) -> bool:
        """Whether a troubled store has had long enough; what it does not hold is done again by the next run."""
        if not self._hands_closed or not self._committer.troubled:
            return False
        now = self._world.steady()
        self._give_up_at = self._give_up_at or now + _LAST_TRIES
        return now >= self._give_up_at

    def _remember_later(self) -> None:
        """See to it that what is learned is saved every few seconds."""
        self._saver = asyncio.get_running_loop().call_later(self._config.remember_every, self._remember_later)
        self._save_due = True
        self._batch.forget = self._machine.recorder.forgetting(self._world.clock())
        if self._news or self._batch.forget is not None:
            self._wake.set()

    def _save_now_and_then(self) -> None:
        if self._save_due and self._news:
            self._save_due = self._news = False
            self._batch.remember = self._world.learned.document()

    async def _carry_out(self) -> None:
        """Commit, and do what may be done after that; where the store is in trouble, do what does not depend on it."""
        commit = await self._committer.commit(self._batch)
        if commit.committed:
            for task in commit.ended:
                self._world.handles.take_in(task)
        for event in commit.events:
            self.feed(event)
        if commit.trouble is not None:
            self._troubled(commit.trouble)
        self._do(commit.effects)
        if commit.retry_in is not None:
            asyncio.get_running_loop().call_later(commit.retry_in, self._wake.set)
        if self._idle and not self._busy() and not self._events:
            waiters, self._idle = self._idle, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    def _busy(self) -> bool:
        """Whether a task waits or is held, or the end of one is not durable yet."""
        return bool(self._machine.queued or self._machine.held or self._batch.changes)

    def _do(self, effects: Iterable[Instruction]) -> None:
        for effect in effects:
            if isinstance(effect, Emit):
                self._tell(effect.fact)
            elif isinstance(effect, Start):
                self._start(effect)
            elif isinstance(effect, AnswerClaim):
                self._handouts.answer(effect, self._questions.take(effect.request))
            elif isinstance(effect, Answer):
                self._questions.answer(effect)
            elif isinstance(effect, CancelAttempt):
                self._world.hands.cancel(effect.attempt)
            elif isinstance(effect, SetTimer):
                self._set_timer(effect.seconds)
            elif isinstance(effect, Read):
                self._reads.begin(effect)

    def _start(self, start: Start) -> None:
        if start.claim:
            self._handouts.add(start)
            return
        try:
            self._world.hands.start(start.attempt, self._report)
        except Exception as error:  # noqa: BLE001 -- whatever an executor does, its attempt has to end
            self._report(start.attempt, Outcome(success=False, error=f"cannot be started: {error}", fault="worker"))

    def _report(self, attempt: Attempt, outcome: Outcome) -> None:
        self._news = True
        self.feed(inputs.AttemptEnded(attempt.task_id, attempt.worker_id, attempt.lease, outcome))

    def _troubled(self, problem: str) -> None:
        self._tell(StoreTroubled(self._world.clock(), problem))

    def _tell(self, fact: Fact) -> None:
        for observer in self._world.observers:
            try:
                observer(fact)
            except Exception as error:  # noqa: BLE001 -- an observer's mistake must not stop the run
                context = {"message": f"an observer failed on {type(fact).__name__}", "exception": error}
                asyncio.get_running_loop().call_exception_handler(context)

    def _set_timer(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.feed, inputs.Tick())

    def _end(self, error: BaseException) -> None:
        """Tell all who still wait that nothing will come."""
        self._reads.close()
        for timer in (self._timer, self._saver):
            if timer is not None:
                timer.cancel()
        told = error if isinstance(error, Exception) else NotRunningError("the distributor was stopped")
        self._questions.abandon(told)
        self._world.handles.abandon(told)
        for waiter in self._idle:
            if not waiter.done():
                waiter.set_exception(told)
        self._idle.clear()
