"""A service in virtual time: the real machine, batches, committer and store, on a network and a disk that misbehave."""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Any
from zlib import crc32

from apportion.config import RuntimeConfig
from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.errors import StoreError
from apportion.model.lifecycle import TaskState
from apportion.ports import Attempt, Change
from apportion.runtime import inputs
from apportion.runtime.batch import Batch
from apportion.runtime.committer import Committed, Committer
from apportion.runtime.instructions import Answer, AnswerClaim, Instruction, Read, SetTimer, Start
from apportion.runtime.machine import Machine
from apportion.runtime.moment import Moment
from apportion.runtime.reads import carry_out
from apportion.runtime.registrations import registrations_of
from apportion.stores.memory import MemoryStore

Reply = Callable[[Any, Exception | None], None]

CONFIG = RuntimeConfig(
    lease_seconds=15.0, heartbeat_interval=5.0, retry_backoff=0.5, front=64, window=16, max_attempts=5,
    limits=["key:provider,concurrency=3"],
)  # fmt: skip


RIGHT = 1_700_000_000.0
"""What a clock that stands right shows at the beginning."""


class FaultyStore(MemoryStore):
    """Refuses some commits, and of some says that it did though it did not refuse them.

    Args:
        rng: decides which.
        rate: of the commits, how many are refused, and as many more are written and called refused.
    """

    def __init__(self, rng: random.Random, rate: float) -> None:
        super().__init__()
        self.rng = rng
        self.rate = rate
        self.faults = 0

    def commit(self, changes: list[Change] | Any) -> list[bool]:
        fate = self.rng.random()
        if fate < self.rate:
            self.faults += 1
            raise StoreError("refused")
        answers = super().commit(changes)
        if fate < 2 * self.rate:
            self.faults += 1
            raise StoreError("written, and called refused")
        return answers


class Timeline:
    """Virtual time: what happens when."""

    def __init__(self) -> None:
        self.now = 0.0
        self._numbers = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.now + seconds, next(self._numbers), call))

    def run(self, until: float) -> None:
        while self._due and self._due[0][0] <= until:
            self.now, _, call = heapq.heappop(self._due)
            call()
        self.now = until


class Service:
    """What a service's process is: it loses its memory when it is killed, and has the store when it comes back.

    Args:
        time: virtual time.
        rng: of the disk and the process.
        store: the truth.
        doctor: takes a safeguard out of each new machine, for a negative control.
    """

    def __init__(
        self, time: Timeline, rng: random.Random, store: FaultyStore, doctor: Callable[[Machine], None] | None = None
    ) -> None:
        self.time = time
        self.rng = rng
        self.store = store
        self.doctor = doctor
        self.offset = RIGHT
        self.life = 0
        self.up = False
        self.trace = 0
        self.start()

    # --- the process ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.up, self.life = True, self.life + 1
        seed = self.rng.randrange(2**32)
        balancer = LoadBalancer(clock=self.wall, rng=random.Random(seed))
        self.machine = Machine(CONFIG, balancer, WorkerPool(), random.Random(seed + 1))
        if self.doctor is not None:
            self.doctor(self.machine)
        self.batch, self.committer = Batch(), Committer(self.store, self._in_thread)
        self.events: deque[inputs.Input] = deque()
        self.asked: dict[int, Reply] = {}
        self.handed: dict[int, list[Attempt]] = {}
        self.numbers = count(1)
        self.busy = False
        self.timer = 0
        assigned = list(self.store.assigned())
        queued = self.store.counts()[TaskState.QUEUED]
        found = registrations_of(self.store, assigned)
        self.feed(inputs.TasksFound(assigned, queued, self.store.tenants(), found))

    def kill(self) -> None:
        self.up = False
        self.asked.clear()
        self.events.clear()

    def wall(self) -> float:
        return self.offset + self.time.now

    async def _in_thread(self, call: Callable[..., Any], *arguments: Any) -> Any:
        return call(*arguments)

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        """Do something later, in this life of the process only."""
        life = self.life
        self.time.after(seconds, lambda: call() if self.up and self.life == life else None)

    # --- its loop ---------------------------------------------------------------------------------------------------

    def ask(self, event_of: Callable[[int], inputs.Input], reply: Reply) -> None:
        """Take in a call."""
        if self.up:
            number = next(self.numbers)
            self.asked[number] = reply
            self.feed(event_of(number))

    def feed(self, event: inputs.Input) -> None:
        self.events.append(event)
        self._step()

    def _step(self) -> None:
        if self.busy or not self.up:
            return
        self.busy = True
        events = list(self.events)
        self.events.clear()
        self.batch.add(self.machine.handle(events, Moment(self.wall(), self.time.now)))
        committed = self._committed()
        self._later(self.rng.choice((0.0005, 0.002, 0.02)), lambda: self._finish(committed))

    def _committed(self) -> Committed:
        try:
            self.committer.commit(self.batch).send(None)
        except StopIteration as done:
            result: Committed = done.value
            return result
        raise AssertionError("a commit waits for nothing here")

    def _finish(self, committed: Committed) -> None:
        self.busy = False
        self.events.extend(committed.events)
        for effect in committed.effects:
            self._do(effect)
        if committed.retry_in is not None:
            self._later(committed.retry_in, self._step)
        if self.events:
            self._step()

    def _do(self, effect: Instruction) -> None:
        self.trace = crc32(f"{type(effect).__name__} {self.time.now:.6f}".encode(), self.trace)
        if isinstance(effect, Start):
            self.handed.setdefault(effect.claim, []).append(effect.attempt)
        elif isinstance(effect, AnswerClaim):
            self._hand_out(effect)
        elif isinstance(effect, Answer):
            reply = self.asked.pop(effect.request, None)
            if reply is not None:
                reply(effect.value, effect.error)
        elif isinstance(effect, SetTimer):
            self.timer += 1
            number = self.timer
            self._later(effect.seconds, lambda: self.feed(inputs.Tick()) if number == self.timer else None)
        elif isinstance(effect, Read):
            self._later(self.rng.choice((0.001, 0.3)), lambda: self.feed(carry_out(effect, self.store)))

    def _hand_out(self, claim: AnswerClaim) -> None:
        attempts = self.handed.pop(claim.request, [])
        reply = self.asked.pop(claim.request, None)
        if reply is not None:
            reply(attempts, None)
        leases = [(attempt.task_id, attempt.lease) for attempt in attempts]
        self.events.append(inputs.ClaimAnswered(claim.worker_id, leases))
