"""The machine, whatever happens to it: nothing lost, nothing twice, nobody overfilled, every wait bounded."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from apportion.config import RuntimeConfig
from apportion.errors import ApportionError, TaskConflictError
from apportion.model.lifecycle import TaskState, allowed
from apportion.ports import Attempt, Insert, Transition
from apportion.runtime import inputs
from tests.runtime.world import World

WORKERS = ("a", "b", "c")
CAPABILITIES = ("x", "y", "z")
TINY = RuntimeConfig(front=8, window=3, max_queued=40, retry_backoff=2.0, lease_seconds=15.0, reserve_after=20.0)


class MachineLife(RuleBasedStateMachine):
    """Tells the machine everything that can happen, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(TINY)
        self.submitted: set[str] = set()
        self.incarnations: dict[str, int] = {}
        self.past: list[Attempt] = []

    # --- what can happen --------------------------------------------------------------------------------------------

    @rule(
        number=st.integers(1, 6),
        need=st.sampled_from([(), ("x",), ("y",), ("x", "y"), ("nobody",)]),
        complexity=st.sampled_from([1, 2, 0.5]),
        priority=st.sampled_from([1, 5, 9]),
        delay=st.sampled_from([0.0, 0.0, 5.0, 500.0]),
        attempts=st.integers(1, 3),
        patience=st.sampled_from([None, None, None, 30.0]),
        timeout=st.sampled_from([None, 20.0]),
    )
    def submit(self, number, need, complexity, priority, delay, attempts, patience, timeout):
        for _ in range(number):
            id = f"t{len(self.submitted)}"
            with suppress(ApportionError):
                self.world.submit(
                    id,
                    capabilities=need,
                    complexity=complexity,
                    priority=priority,
                    delay=delay,
                    max_attempts=attempts,
                    schedule_timeout=patience,
                    timeout=timeout,
                )
                self.submitted.add(id)

    @rule(pick=st.integers(0))
    @precondition(lambda self: self.submitted)
    def submit_again(self, pick):
        """An id that is there already is refused, and changes nothing."""
        id = sorted(self.submitted)[pick % len(self.submitted)]
        before = self.world.store.get(id)
        with pytest.raises(ApportionError):
            self.world.submit(id, capabilities=("x",), priority=7)
        after = self.world.store.get(id)
        assert before is not None
        assert after is not None
        assert after.requirements == before.requirements

    @rule(
        id=st.sampled_from(WORKERS),
        capacity=st.integers(1, 4),
        leased=st.booleans(),
        able=st.sets(st.sampled_from(CAPABILITIES)),
    )
    def join(self, id, capacity, leased, able):
        self._forget(id)
        self.incarnations[id] = self.world.join(id, capacity, leased=leased, capabilities=able)

    @rule(id=st.sampled_from(WORKERS), how=st.sampled_from([inputs.WorkerLeft, inputs.WorkerLost, inputs.DrainAsked]))
    def go(self, id, how):
        if how is not inputs.DrainAsked:
            self._forget(id)
        with suppress(ApportionError):
            self.world.ask(how(id))

    @rule(
        pick=st.integers(0),
        outcome=st.sampled_from(
            [
                {},
                {},
                {"success": False, "error": "no"},
                {"success": False, "error": "no", "retry": False},
                {"success": False, "busy_for": 3.0},
                {"success": False, "cancelled": True},
            ]
        ),
    )
    @precondition(lambda self: self.world.running)
    def end(self, pick, outcome):
        attempt = list(self.world.running.values())[pick % len(self.world.running)]
        self.past.append(attempt)
        with suppress(TaskConflictError):
            self.world.report(attempt, **outcome)

    @rule(pick=st.integers(0), success=st.booleans())
    @precondition(lambda self: self.past)
    def end_again(self, pick, success):
        """A report under a lease that is void is refused, and changes nothing."""
        attempt = self.past[pick % len(self.past)]
        held = self.world.machine.task(attempt.task_id)
        if held is not None and held.state is TaskState.ASSIGNED and held.lease == attempt.lease:
            return
        before = self.world.store.get(attempt.task_id)
        with pytest.raises(TaskConflictError):
            self.world.report(attempt, success=success, error=None if success else "late")
        assert self.world.store.get(attempt.task_id) == before

    @rule(pick=st.integers(0))
    @precondition(lambda self: self.submitted)
    def cancel(self, pick):
        id = sorted(self.submitted)[pick % len(self.submitted)]
        with suppress(TaskConflictError):
            self.world.ask(inputs.CancelAsked(id, self.world.store.get(id)))

    @rule(pick=st.integers(0))
    @precondition(lambda self: self.submitted)
    def retry(self, pick):
        id = sorted(self.submitted)[pick % len(self.submitted)]
        with suppress(ApportionError):
            self.world.ask(inputs.RetryAsked(self.world.stored(id)))

    @rule(id=st.sampled_from(WORKERS))
    @precondition(lambda self: self.incarnations)
    def heartbeat(self, id):
        with suppress(ApportionError):
            self.world.ask(inputs.Heartbeat(id, self.incarnations.get(id, 0), {}))

    @rule(seconds=st.sampled_from([0.1, 1.0, 6.0, 16.0, 100.0]))
    def time_passes(self, seconds):
        self.world.pass_time(seconds)

    @rule(seconds=st.sampled_from([-3600.0, -5.0, 5.0, 3600.0]))
    def the_wall_clock_jumps(self, seconds):
        self.world.jump(seconds)

    @rule(at_once=st.booleans())
    def reads_take_long(self, at_once):
        self.world.loads_at_once = at_once
        while at_once and self.world.loads:
            self.world.deliver_load()

    @rule()
    @precondition(lambda self: self.world.loads)
    def a_read_comes_back(self):
        self.world.deliver_load()

    @rule()
    def the_process_dies(self):
        self.incarnations.clear()
        self.past += self.world.running.values()
        self.world.begin()

    def _forget(self, worker_id):
        gone = [key for key, attempt in self.world.running.items() if attempt.worker_id == worker_id]
        self.past += [self.world.running.pop(key) for key in gone]

    # --- what always holds ------------------------------------------------------------------------------------------

    @invariant()
    def memory_and_store_agree(self):
        counts = self.world.store.counts()
        assert self.world.machine.queued == counts[TaskState.QUEUED]
        assert {task.id: task.lease for task in self.world.machine.holdings()} == {
            task.id: task.lease for task in self.world.store.assigned()
        }

    @invariant()
    def nobody_is_overfilled(self):
        for worker in self.world.pool:
            held = sum(
                task.requirements.complexity
                for task in self.world.machine.holdings()
                if task.assigned_worker == worker.id
            )
            assert held <= worker.current_load + 1e-9 <= worker.max_capacity + 2e-9

    @invariant()
    def leases_grow_and_successes_are_final(self):
        leases: Counter[str] = Counter()
        ended: set[str] = set()
        for change in self.world.written:
            if isinstance(change, Transition):
                assert allowed(change.from_state, change.task.state)
                assert change.task.id not in ended, "a task that had succeeded was changed"
            if change.task.state is TaskState.ASSIGNED:
                assert change.task.lease > leases[change.task.id]
                leases[change.task.id] = change.task.lease
            if change.task.state is TaskState.SUCCEEDED:
                ended.add(change.task.id)

    @invariant()
    def everything_accepted_is_there(self):
        assert {change.task.id for change in self.world.written if isinstance(change, Insert)} == self.submitted

    def teardown(self):
        """Given able workers and time, everything ends."""
        world = self.world
        world.loads_at_once = True
        while world.loads:
            world.deliver_load()
        for id in WORKERS:
            self._forget(id)
            world.join(id, 4, capabilities=("x", "y", "z", "nobody"))
        for _ in range(400):
            for attempt in list(world.running.values()):
                with suppress(TaskConflictError):
                    world.report(attempt)
            if all(world.stored(id).state.final for id in self.submitted):
                break
            world.pass_time(30.0)
        waiting = {id: world.state(id) for id in self.submitted if not world.stored(id).state.final}
        assert waiting == {}, "tasks that never end"


TestMachineLife = MachineLife.TestCase
TestMachineLife.settings = settings(max_examples=400, stateful_step_count=50, deadline=None)
