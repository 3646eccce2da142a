"""Workers and clients in virtual time, on a network that loses, doubles and delays; each writes down what it saw."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from apportion.errors import DuplicateError, TaskConflictError, UnknownWorkerError
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.ports import Attempt, Outcome
from apportion.runtime import inputs
from tests.proofs.simulated.service import Service, Timeline


class Network:
    """Between everybody and the service.

    Attributes:
        loss, doubling: chances for each message.
        cut: whose messages do not arrive at all.
    """

    def __init__(self, time: Timeline, rng: random.Random, service: Service) -> None:
        self.time, self.rng, self.service = time, rng, service
        self.loss = self.doubling = 0.02
        self.cut: set[str] = set()

    def call(self, who: str, event_of: Callable[[int], inputs.Input], reply: Callable[[Any, Any], None]) -> None:
        """Send a call, and bring the answer back, if both arrive."""

        def answer(value: Any, error: Exception | None) -> None:
            self._send(who, lambda: reply(value, error))

        copies = 2 if self.rng.random() < self.doubling else 1
        for _ in range(copies):
            self._send(who, lambda: self.service.ask(event_of, answer))

    def _send(self, who: str, deliver: Callable[[], None]) -> None:
        if self.rng.random() >= self.loss:
            delay = self.rng.choice((0.001, 0.01, 0.05, 2.0 if self.loss else 0.01))
            self.time.after(delay, lambda: None if who in self.cut else deliver())


class Ledger:
    """What everybody saw."""

    def __init__(self) -> None:
        self.submitted: set[str] = set()
        self.acknowledged: set[str] = set()
        self.won: dict[str, set[int]] = defaultdict(set)
        self.stale_refused = 0
        self.completions = 0


class Client:
    """Submits, and says it again until it is acknowledged."""

    def __init__(self, network: Network, ledger: Ledger, rng: random.Random) -> None:
        self.network, self.ledger, self.rng = network, ledger, rng

    def submit(self, number: int) -> None:
        id, rng = f"t{number:05}", self.rng
        fields: dict[str, Any] = {"tenant": rng.choice(("acme", "acme", "zoo"))}
        if rng.random() < 0.2:
            fields["limit_keys"] = ("provider",)
        earlier = sorted(self.ledger.acknowledged)[-5:]
        if earlier and rng.random() < 0.15:
            fields["after"] = (rng.choice(earlier),)
        if rng.random() < 0.05:
            fields["not_before"] = self.network.service.wall() + 20.0
        needed = TaskRequirements(complexity=rng.choice((1, 1, 2)), priority=rng.choice((1, 5)), task_type="work")
        task = Task(id, "work", requirements=needed, idempotency_key=id, max_attempts=5, **fields)
        self.ledger.submitted.add(id)
        self._send(task)

    def _send(self, task: Task) -> None:
        def reply(_value: Any, error: Exception | None) -> None:
            if error is None or isinstance(error, DuplicateError):
                self.ledger.acknowledged.add(task.id)

        if task.id not in self.ledger.acknowledged:
            self.network.call("client", lambda request: inputs.TaskSubmitted(task, request), reply)
            self.network.time.after(3.0, lambda: self._send(task))


class Worker:
    """A remote worker as the SDK is one: registers, beats, claims, runs, reports until it is answered."""

    def __init__(self, id: str, network: Network, ledger: Ledger, rng: random.Random) -> None:
        self.id, self.network, self.ledger, self.rng = id, network, ledger, rng
        self.time = network.time
        self.life = 0
        self.still_until = 0.0
        self.begin()

    # --- its life ---------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        self.life += 1
        self.incarnation: int | None = None
        self.held: dict[str, int] = {}
        self._register()
        self._beat()

    def die(self) -> None:
        self.life += 1
        self.incarnation = None

    def stand_still(self, seconds: float) -> None:
        """Stand still, as a process that was stopped: afterwards everything that was due happens at once."""
        self.still_until = self.time.now + seconds

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        life = self.life

        def wake() -> None:
            if self.life != life:
                return
            if self.time.now < self.still_until:
                self.time.after(self.still_until - self.time.now + 0.001, wake)
            else:
                call()

        self.time.after(seconds, wake)

    def _call(self, event_of: Callable[[int], inputs.Input], reply: Callable[[Any, Any], None]) -> None:
        life = self.life
        self.network.call(self.id, event_of, lambda value, error: reply(value, error) if self.life == life else None)

    # --- what it says -----------------------------------------------------------------------------------------------

    def _register(self) -> None:
        def registered(incarnation: int, error: Exception | None) -> None:
            if error is None and self.incarnation is None:
                self.incarnation = incarnation
                self._claim()

        if self.incarnation is None:
            worker = WorkerInfo(self.id, (), 4)
            self._call(lambda request: inputs.WorkerJoined(worker, True, request), registered)
            self._later(3.0, self._register)

    def _unknown(self, error: Exception | None) -> bool:
        if isinstance(error, UnknownWorkerError) and self.incarnation is not None:
            self.die()
            self.begin()
        return error is not None

    def _beat(self) -> None:
        def answered(answer: Any, error: Exception | None) -> None:
            if not self._unknown(error):
                for id in (*answer.cancelled, *answer.taken_back):
                    self.held.pop(id, None)

        if self.incarnation is not None:
            # Saying that it has no load tells apart an empty list that means everything from one that means nothing.
            held, load = dict(self.held), None if self.held else 0.0
            said = (self.id, self.incarnation, held)
            self._call(lambda request: inputs.Heartbeat(*said, request, load), answered)
        self._later(5.0, self._beat)

    def _claim(self) -> None:
        answered_already: list[bool] = []

        def answered(attempts: Any, error: Exception | None) -> None:
            if answered_already or self._unknown(error):
                return
            answered_already.append(True)
            for attempt in attempts:
                self._run(attempt)
            self._later(0.05, self._claim)

        def again() -> None:
            if not answered_already:
                answered_already.append(True)
                self._claim()

        incarnation = self.incarnation
        if incarnation is not None:
            self._call(lambda request: inputs.ClaimOpened(self.id, incarnation, 4, 10.0, request), answered)
            self._later(14.0, again)

    def _run(self, attempt: Attempt) -> None:
        self.held[attempt.task_id] = attempt.lease
        outcome = Outcome(
            success=self.rng.random() < 0.9, error="no luck", duration=self.rng.choice((0.2, 1.0, 4.0, 12.0))
        )
        self._later(outcome.duration, lambda: self._report(attempt, outcome))

    def _report(self, attempt: Attempt, outcome: Outcome) -> None:
        done: list[bool] = []

        def answered(_value: Any, error: Exception | None) -> None:
            if isinstance(error, TaskConflictError):
                self.ledger.stale_refused += 1
            elif error is None and outcome.success:
                self.ledger.won[attempt.task_id].add(attempt.lease)
                self.ledger.completions += 1
            if error is None or isinstance(error, TaskConflictError):
                done.append(True)
                if self.held.get(attempt.task_id) == attempt.lease:
                    del self.held[attempt.task_id]

        def send() -> None:
            if not done:
                ended = (attempt.task_id, self.id, attempt.lease, outcome)
                self._call(lambda request: inputs.AttemptEnded(*ended, request), answered)
                self._later(3.0, send)

        send()
