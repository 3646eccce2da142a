"""A world for the machine: a store, clocks that are told when to move, and whoever runs attempts, in plain calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apportion.clock import VirtualClock, fresh_random
from apportion.config import RuntimeConfig
from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.errors import DuplicateError
from apportion.events import Fact
from apportion.model.lifecycle import TaskState
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.ports import Attempt, Change, Insert, Outcome, Remember, Transition
from apportion.runtime import inputs
from apportion.runtime.batch import Batch, about
from apportion.runtime.instructions import (
    Answer,
    AnswerClaim,
    CancelAttempt,
    Emit,
    Instruction,
    LoadFront,
    Read,
    SetTimer,
    Start,
)
from apportion.runtime.machine import Machine
from apportion.runtime.moment import Moment
from apportion.runtime.reads import carry_out
from apportion.runtime.registrations import registrations_of
from apportion.stores.memory import MemoryStore

START = 1_000_000_000.0


class World:
    """Obeys a machine to the letter.

    Attributes:
        running: attempts that were started and not reported, by task and lease.
        facts: what observers were told.
        answers: what askers were told, by request.
        written: every change that took effect.
        eager: remote workers that ask for work again whenever they were answered.
    """

    def __init__(self, config: RuntimeConfig | None = None, *, strategy: Any = None, store: MemoryStore | None = None):
        self.config = config or RuntimeConfig()
        self.strategy = strategy
        self.store = store or MemoryStore()
        self.wall = VirtualClock(START)
        self.steady = VirtualClock(50.0)
        self.running: dict[tuple[str, int], Attempt] = {}
        self.cancelling: list[Attempt] = []
        self.facts: list[Fact] = []
        self.answers: dict[int, Answer] = {}
        self.written: list[Insert | Transition] = []
        self.loads: list[LoadFront] = []
        self.loads_at_once = True
        self.reads: list[Read] = []
        self.reads_at_once = True
        self.timer: float | None = None
        self.requests = 0
        self.eager: dict[str, int] = {}
        self.handed: dict[int, list[Attempt]] = {}
        self.begin()

    def begin(self) -> None:
        """Let a new machine take over what the store holds, as after a crash."""
        self.pool = WorkerPool()
        balancer = LoadBalancer(self.strategy, clock=self.wall, rng=fresh_random(7))
        self.machine = Machine(self.config, balancer, self.pool, fresh_random(11))
        self.running.clear()
        self.cancelling.clear()
        self.loads.clear()
        self.reads.clear()
        self.timer = None
        self.eager.clear()
        self.handed.clear()
        assigned = list(self.store.assigned())
        queued = self.store.counts()[TaskState.QUEUED]
        found = registrations_of(self.store, assigned)
        self.tell(inputs.TasksFound(assigned, queued, self.store.tenants(), found))

    # --- telling ----------------------------------------------------------------------------------------------------

    def tell(self, *events: inputs.Input) -> list[Instruction]:
        """Tell the machine, carry out what it wants, and return that."""
        instructions = self.machine.handle(events, Moment(self.wall(), self.steady()))
        batch = Batch()
        batch.add(instructions)
        latest, new = batch.latest(), {change.task.id for change in batch.inserts}
        refused = self._commit(batch.changes)
        for each in batch.effects:
            if about(each) not in refused:
                self._do(each)
            elif isinstance(each, Answer):
                self._do(Answer(each.request, each.task_id, error=DuplicateError("task", each.task_id)))
        if refused:
            void = (inputs.ChangeRefused(latest[id], self.store.get(id), id in new) for id in sorted(refused))
            self.tell(*void)
        if self.loads_at_once and self.loads:
            self.deliver_load()
        while self.reads_at_once and self.reads:
            self.tell(carry_out(self.reads.pop(0), self.store))
        return instructions

    def _commit(self, changes: Sequence[Change]) -> set[str]:
        self.store.commit([change for change in changes if isinstance(change, Remember)])
        tasks = [change for change in changes if isinstance(change, Insert | Transition)]
        answers = self.store.commit(tasks) if tasks else []
        self.written += [change for change, took_effect in zip(tasks, answers, strict=True) if took_effect]
        return {change.task.id for change, took_effect in zip(tasks, answers, strict=True) if not took_effect}

    def _do(self, instruction: Instruction) -> None:
        if isinstance(instruction, Start):
            attempt = instruction.attempt
            assert (attempt.task_id, attempt.lease) not in self.running, "started twice under one lease"
            self.running[attempt.task_id, attempt.lease] = attempt
            if instruction.claim:
                self.handed.setdefault(instruction.claim, []).append(attempt)
        elif isinstance(instruction, AnswerClaim):
            self._hand_out(instruction)
        elif isinstance(instruction, CancelAttempt):
            self.cancelling.append(instruction.attempt)
        elif isinstance(instruction, Emit):
            self.facts.append(instruction.fact)
        elif isinstance(instruction, Answer):
            self.answers[instruction.request] = instruction
            if instruction.request in self.eager.values():
                self.eager = {id: request for id, request in self.eager.items() if request != instruction.request}
        elif isinstance(instruction, LoadFront):
            self.loads.append(instruction)
        elif isinstance(instruction, Read):
            self.reads.append(instruction)
        elif isinstance(instruction, SetTimer):
            self.timer = self.steady() + instruction.seconds

    def _hand_out(self, claim: AnswerClaim) -> None:
        attempts = self.handed.pop(claim.request, [])
        self.answers[claim.request] = Answer(claim.request, value=attempts)
        leases = [(attempt.task_id, attempt.lease) for attempt in attempts]
        self.tell(inputs.ClaimAnswered(claim.worker_id, leases))
        if self.eager.get(claim.worker_id) == claim.request:
            self.ask_for_work(claim.worker_id)

    def deliver_load(self) -> None:
        """Read the stored queue as the machine asked, and tell it."""
        load = self.loads.pop(0)
        self.tell(carry_out(load, self.store))

    def ask(self, event: Any) -> Any:
        """Tell the machine, and return its answer, or raise it."""
        self.requests += 1
        event.request = number = self.requests
        self.tell(event)
        answer = self.answers.pop(number)
        if answer.error is not None:
            raise answer.error
        return answer.value

    # --- prose ------------------------------------------------------------------------------------------------------

    def submit(self, id: str, *, delay: float = 0.0, now_or_never: bool = False, **fields: Any) -> Any:
        """Submit a task; what `TaskRequirements` has goes there, the rest to the task."""
        names = set(TaskRequirements.field_names())
        needed = {name: value for name, value in fields.items() if name in names}
        rest = {name: value for name, value in fields.items() if name not in names}
        task_type = rest.pop("type", "work")
        task = Task(id, task_type, requirements=TaskRequirements(**needed, task_type=task_type), **rest)
        return self.ask(inputs.TaskSubmitted(task, delay=delay, now_or_never=now_or_never))

    def join(self, id: str, capacity: float = 1, *, leased: bool = False, eager: bool = True, **fields: Any) -> int:
        """Let a worker join; it can do everything unless told otherwise."""
        worker = WorkerInfo(id, fields.pop("capabilities", ()), capacity, **fields)
        incarnation: int = self.ask(inputs.WorkerJoined(worker, leased))
        if leased and eager:
            self.ask_for_work(id)
        return incarnation

    def ask_for_work(self, id: str) -> None:
        """Let a remote worker ask for work, and again whenever it was given some."""
        self.requests += 1
        self.eager[id] = self.requests
        self.tell(inputs.ClaimOpened(id, None, 1000, 1e6, self.requests))

    def claim(self, id: str, most: int = 1000, wait: float = 1e6, incarnation: int | None = None) -> int:
        """Let a remote worker ask for work, and return under which number it will be answered."""
        self.requests += 1
        self.tell(inputs.ClaimOpened(id, incarnation, most, wait, self.requests))
        return self.requests

    def claimed(self, request: int) -> list[str] | None:
        """Return the ids of the tasks that answered a claim; None: it is still open."""
        answer = self.answers.get(request)
        if answer is None:
            return None
        if answer.error is not None:
            raise answer.error
        return [attempt.task_id for attempt in answer.value]

    def pass_time(self, seconds: float, *, wall: float | None = None) -> None:
        """Let time pass; ``wall``: by how much the wall clock moves, if it does otherwise."""
        self.steady.advance(seconds)
        self.jump(seconds if wall is None else wall)
        self.tell(inputs.Tick())

    def jump(self, seconds: float) -> None:
        """Let the wall clock alone jump, forwards or back."""
        self.wall._now += seconds

    def attempt(self, task_id: str) -> Attempt:
        """Return the attempt of a task that runs under the valid lease."""
        held = self.machine.task(task_id)
        assert held is not None, f"{task_id} is not in memory"
        return self.running[task_id, held.lease]

    def end(self, task_id: str, **outcome: Any) -> Any:
        """Report the end of the running attempt: a success unless told otherwise."""
        return self.report(self.attempt(task_id), **outcome)

    def report(self, attempt: Attempt, **outcome: Any) -> Any:
        """Report the end of any attempt, and return the answer, or raise it."""
        self.running.pop((attempt.task_id, attempt.lease), None)
        ended = Outcome(**{"success": True, "duration": 1.0, **outcome})
        return self.ask(inputs.AttemptEnded(attempt.task_id, attempt.worker_id, attempt.lease, ended))

    def fail(self, task_id: str, **outcome: Any) -> Any:
        """Report that the running attempt failed."""
        return self.end(task_id, **{"success": False, "error": "no luck", **outcome})

    def state(self, task_id: str) -> str:
        """Return the state of a task, as the store has it."""
        return self.stored(task_id).state.value

    def stored(self, task_id: str) -> Task:
        """Return a task as the store has it."""
        task = self.store.get(task_id)
        assert task is not None, f"{task_id} is not in the store"
        return task

    def worker_of(self, task_id: str) -> str | None:
        """Return who holds a task, or None."""
        task = self.stored(task_id)
        return task.assigned_worker if task.state is TaskState.ASSIGNED else None

    def told(self, kind: type[Fact]) -> list[Any]:
        """Return the facts of one kind."""
        return [fact for fact in self.facts if type(fact) is kind]
