"""The stores are one: driven by one generated sequence, they answer the same, and hold the same after each step."""

import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from apportion.errors import CallerError
from apportion.model.lifecycle import TaskState, allowed
from apportion.model.ranks import LATER, PARKED
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.ports import (
    Change,
    Forget,
    ForgetNotes,
    Insert,
    Note,
    Remember,
    TaskFilter,
    TaskStore,
    Transition,
)
from apportion.stores.memory import MemoryStore
from apportion.stores.sqlite import SqliteStore

STEPS = 50
IN_MEMORY = Path("/dev/shm")
"""Where the files lie, if it is there: nothing here is about durability."""

# Few of each, so that they meet. How values come back is for the conformance suite; here it is what follows what.
IDS = st.sampled_from(["a", "b", "c", "d", "é", "\U0001f600", "a\0"])
TENANTS = st.sampled_from(["default", "other"])
KEYS = st.sampled_from([None, None, "k1", "k2", ""])
TYPES = st.sampled_from(["lint", "test"])
STATES = st.sampled_from(TaskState)
LEASES = st.integers(0, 3)
RANKS = st.sampled_from([-1.5, -0.0, 0.0, 1.0, LATER + 1.0, PARKED, 1e300])
JSON: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, 1.5, "é\ud800", [], {"x": [1, {"y": None}]}, (1, 2), {1: 2}, float("nan"), {1, 2}]
)
GIVEN = st.sampled_from(
    [
        {},
        {"timeout": 1.5, "max_attempts": 1, "created_at": 1e9, "requirements": TaskRequirements(["gpu"], priority=-1)},
        {
            "schedule_timeout": 0.0,
            "not_before": 2e9,
            "after": ("a", "é"),
            "limit_keys": ("provider",),
            "requirements": TaskRequirements(complexity=0.5, task_type="lint"),
        },
    ]
)
LIVES = st.sampled_from(
    [
        {},
        {"attempt": 1, "assigned_worker": "quick", "assigned_at": 1.5, "decision": {"by": "score"}},
        {
            "attempt": 2,
            "assigned_worker": "slow",
            "failures": 1,
            "error": "it broke",
            "duration": 1e-9,
            "exit_code": -9,
        },
        {
            "deaths": 1,
            "not_before": 9.0,
            "queued_at": 1.25,
            "expires": 3.5,
            "finished_at": 1e9,
            "decision": {"by": "chance"},
            "result": [0],
        },
    ]
)


def new_task(id: str, task_type: str, tenant: str, key: str | None, payload: object, given: dict[str, Any]) -> Task:
    return Task(id, task_type, payload=payload, tenant=tenant, idempotency_key=key, **given)


def lived(task: Task, state: TaskState, lease: int, rank: float, life: dict[str, Any]) -> Task:
    return replace(task, state=state, lease=lease, rank=rank, **life)


NEW = st.builds(new_task, IDS, TYPES, TENANTS, KEYS, JSON, GIVEN)
LIVED = st.builds(lived, st.builds(Task, IDS, TYPES), STATES, LEASES, RANKS, LIVES)
CHANGES = st.one_of(
    st.builds(Insert, NEW),
    st.builds(Insert, st.builds(lived, NEW, STATES, LEASES, RANKS, LIVES)),
    st.builds(Transition, LIVED, STATES, LEASES),
    st.builds(Forget, IDS),
    st.builds(Remember, st.sampled_from(["x", "y"]), JSON),
    st.builds(Note, st.sampled_from([1.0, 2.0, 3.0]), JSON),
    st.builds(ForgetNotes, st.sampled_from([2.0, 3.0, 4.0]), st.integers(0, 3)),
)
FILTERS = st.builds(
    TaskFilter, st.none() | STATES, st.none() | TYPES, st.none() | TENANTS, st.sampled_from([None, "quick"])
)


class StoresAgree(RuleBasedStateMachine):
    """Each step is carried out on every store, and what they answer compared."""

    @initialize()
    def open(self) -> None:
        self.resources = ExitStack()
        folder = tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None)
        self.path = Path(self.resources.enter_context(folder), "tasks.db")
        self.memory = MemoryStore()
        self.sqlite = SqliteStore(self.path)

    def teardown(self) -> None:
        if hasattr(self, "sqlite"):
            self.sqlite.close()
            self.resources.close()

    def agree(self, ask: Callable[[TaskStore], object]) -> object:
        """Return what all stores answer, an error for a mistake of the caller's included."""
        answers = [answer(ask, store) for store in (self.memory, self.sqlite)]
        assert answers[0] == answers[1]
        return answers[0]

    @rule(changes=st.lists(CHANGES, max_size=6))
    def commit(self, changes: list[Change]) -> None:
        self.agree(lambda store: store.commit(changes))
        self.look()

    @rule(steps=st.lists(LIVED, min_size=1, max_size=4))
    def live(self, steps: list[Task]) -> None:
        """Move tasks that are there on from where they are, as far as their lives allow."""
        changes: list[Change] = []
        now = {task.id: task for task in self.memory.page(TaskFilter(), 100)[0]}
        for step in steps:
            if step.id in now and allowed(now[step.id].state, step.state):
                changes.append(Transition(step, now[step.id].state, now[step.id].lease))
                now[step.id] = step
        self.agree(lambda store: store.commit(changes))
        self.look()

    @rule(chosen=FILTERS, limit=st.integers(1, 4))
    def turn_pages(self, chosen: TaskFilter, limit: int) -> None:
        cursor = None
        for _ in range(10):
            page = self.agree(partial(TaskStore.page, chosen=chosen, limit=limit, cursor=cursor))
            if not isinstance(page, tuple) or page[1] is None:
                break
            cursor = page[1]

    @rule(tenant=TENANTS, limit=st.integers(0, 4), after=st.none() | st.tuples(RANKS, IDS))
    def read_the_queue(self, tenant: str, limit: int, after: tuple[float, str] | None) -> None:
        self.agree(lambda store: store.queued(tenant, limit, after))
        self.agree(lambda store: store.later(limit, after))
        self.agree(lambda store: store.expiring(limit))

    @rule(ids=st.lists(IDS, max_size=3), limit=st.integers(1, 3), cursor=st.none() | IDS)
    def see_who_waits_for_whom(self, ids: list[str], limit: int, cursor: str | None) -> None:
        self.agree(lambda store: store.waiting_for(ids, limit, cursor))
        self.agree(lambda store: store.states(ids))

    @rule(before=st.sampled_from([0.0, 1e9, 2e9]), limit=st.integers(0, 4))
    def look_for_what_has_ended(self, before: float, limit: int) -> None:
        self.agree(lambda store: store.ended(before, limit))

    @rule(tenant=TENANTS, key=KEYS)
    def find(self, tenant: str, key: str | None) -> None:
        if key is not None:
            self.agree(lambda store: store.find(tenant, key))

    @rule(ids=st.lists(IDS, max_size=3), tenant=TENANTS, keys=st.lists(KEYS.filter(bool), max_size=3))
    def read_many(self, ids: list[str], tenant: str, keys: list[str]) -> None:
        self.agree(lambda store: store.get_all(ids))
        self.agree(lambda store: store.find_all(tenant, keys))

    @rule()
    def open_again(self) -> None:
        self.sqlite.close()
        self.sqlite = SqliteStore(self.path)
        self.look()

    @rule()
    def restore_a_backup(self) -> None:
        copies = []
        stores: list[TaskStore] = [self.memory, self.sqlite]
        for number, store in enumerate(stores):
            path = self.path.with_name(f"copy-{number}.db")
            store.backup(str(path))
            with closing(SqliteStore(path)) as copy:
                copies.append(contents(copy))
            path.unlink()
        assert copies == [contents(self.memory)] * 2

    def look(self) -> None:
        self.agree(contents)
        counted = Counter(task.state for task in self.memory.page(TaskFilter(), 100)[0])
        assert self.memory.counts() == {state: counted[state] for state in TaskState}


def answer(ask: Callable[[TaskStore], object], store: TaskStore) -> object:
    try:
        return ask(store)
    except CallerError:
        return CallerError  # of several mistakes, either may be named


def notes(store: TaskStore) -> list[object]:
    """Return the lines of the record, read one by one: their numbers are each store's own, and only grow."""
    lines: list[object] = []
    after = 0
    while found := store.notes(1, after):
        ((after, line),) = found
        lines.append(line)
    assert lines == [line for _, line in store.notes(1000)]
    return lines


def contents(store: TaskStore) -> tuple[object, ...]:
    return (
        store.page(TaskFilter(), 100),
        *(store.queued(tenant, 100) for tenant in store.tenants()),
        store.later(100),
        store.expiring(100),
        store.ended(2e9, 100),
        list(store.assigned()),
        store.counts(),
        store.recall("x"),
        store.recall("y"),
        notes(store),
    )


def test_the_stores_agree():
    run_state_machine_as_test(StoresAgree, settings=settings(max_examples=30, stateful_step_count=STEPS))


@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_the_stores_agree_in_2000_sequences():
    run_state_machine_as_test(StoresAgree, settings=settings(max_examples=2000, stateful_step_count=STEPS))
