"""The store that forgets: for tests, simulations, and whoever needs no durability. It is also what a store means."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any

from apportion import validation
from apportion.errors import StoreError
from apportion.model.lifecycle import TaskState
from apportion.model.plain_json import decode, encode
from apportion.model.task_record import Task, with_fields
from apportion.ports import Change, Forget, ForgetNotes, Insert, Note, Remember, TaskFilter, Transition
from apportion.stores import memory_lists
from apportion.stores.checks import refuse_what_cannot_be
from apportion.stores.memory_copies import copied, own
from apportion.stores.memory_lists import Line, Position, parked

WRITTEN_BY_TRANSITIONS = (
    "state", "attempt", "failures", "deaths", "lease", "assigned_worker", "rank", "queued_at", "expires",
    "assigned_at", "finished_at", "not_before", "result", "error", "exit_code", "duration",
)  # fmt: skip


MOST_NOTES = 20_000
"""Lines of the record of decisions that are kept, some 30 MB: a record for days belongs on a disk."""


class MemoryStore:
    """Keeps tasks while the process lives. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._closed = False
        self._tasks: dict[str, Task] = {}
        self._ids: list[str] = []
        self._ready: dict[str, Line] = defaultdict(lambda: Line(memory_lists.ready))
        self._later = Line(memory_lists.not_ready)
        self._expiring = Line(memory_lists.expiring)
        self._ended = Line(memory_lists.ended)
        self._awaited: dict[str, set[str]] = defaultdict(set)
        self._keys: dict[tuple[str, str], str] = {}
        self._counts: Counter[TaskState] = Counter()
        self._documents: dict[str, Any] = {}
        self._notes: list[tuple[int, float, Any]] = []

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        """Carry out the changes in order, as one transaction.

        Raises:
            FieldError, FieldTypeError: a change that could never be right; nothing was done.
        """
        refuse_what_cannot_be(changes)
        copies = [own(change) for change in changes]
        with self._use():
            return [self._apply(change) for change in copies]

    def _apply(self, change: Change) -> bool:
        match change:
            case Insert(task):
                return self._insert(task)
            case Transition(task, from_state, from_lease):
                return self._transition(task, from_state, from_lease)
            case Forget(task_id):
                return self._forget(task_id)
            case Remember(name, document):
                self._documents[name] = document
                return True
            case Note(at, line):
                self._notes.append((self._notes[-1][0] + 1 if self._notes else 1, at, line))
                if len(self._notes) > MOST_NOTES:
                    del self._notes[: MOST_NOTES // 10]
                return True
            case ForgetNotes(before, most):
                return self._forget_notes(before, most)

    def _insert(self, task: Task) -> bool:
        if task.id in self._tasks:
            return False
        if task.idempotency_key is not None:
            if (task.tenant, task.idempotency_key) in self._keys:
                return False
            self._keys[task.tenant, task.idempotency_key] = task.id
        insort(self._ids, task.id)
        for awaited in task.after:
            self._awaited[awaited].add(task.id)
        self._put(task)
        return True

    def _transition(self, task: Task, from_state: TaskState, from_lease: int) -> bool:
        kept = self._tasks.get(task.id)
        if kept is None or kept.state != from_state or kept.lease != from_lease:
            return False
        written = {name: getattr(task, name) for name in WRITTEN_BY_TRANSITIONS}
        self._take(kept)
        self._put(with_fields(kept, {**written, "decision": kept.decision if task.decision is None else task.decision}))
        return True

    def _forget(self, task_id: str) -> bool:
        kept = self._tasks.get(task_id)
        if kept is None or not kept.state.final:
            return False
        self._take(kept)
        del self._tasks[task_id], self._ids[bisect_left(self._ids, task_id)]
        for awaited in kept.after:
            self._awaited[awaited].discard(task_id)
        if kept.idempotency_key is not None:
            del self._keys[kept.tenant, kept.idempotency_key]
        return True

    def _forget_notes(self, before: float, most: int) -> bool:
        older = 0
        while older < min(most, len(self._notes)) and self._notes[older][1] < before:
            older += 1
        del self._notes[:older]
        return older > 0

    def _put(self, task: Task) -> None:
        self._tasks[task.id] = task
        self._counts[task.state] += 1
        for line in self._lines_of(task):
            line.add(task)

    def _take(self, task: Task) -> None:
        self._counts[task.state] -= 1
        for line in self._lines_of(task):
            line.remove(task)

    def _lines_of(self, task: Task) -> tuple[Line, ...]:
        return self._ready[task.tenant], self._later, self._expiring, self._ended

    def get(self, task_id: str) -> Task | None:
        """Return the task of that id."""
        with self._use():
            kept = self._tasks.get(task_id)
        return None if kept is None else copied(kept)

    def find(self, tenant: str, idempotency_key: str) -> Task | None:
        """Return the task that was submitted with that key."""
        with self._use():
            task_id = self._keys.get((tenant, idempotency_key))
            return None if task_id is None else self.get(task_id)

    def get_all(self, ids: Sequence[str]) -> dict[str, Task]:
        """Return those of these tasks that are there, by id."""
        with self._use():
            return {id: copied(self._tasks[id]) for id in ids if id in self._tasks}

    def find_all(self, tenant: str, idempotency_keys: Sequence[str]) -> dict[str, Task]:
        """Return those of a tenant's tasks that were submitted with these keys, by key."""
        with self._use():
            found = {key: self._keys[tenant, key] for key in idempotency_keys if (tenant, key) in self._keys}
            return {key: copied(self._tasks[id]) for key, id in found.items()}

    def queued(self, tenant: str, limit: int, after: Position | None = None) -> list[Task]:
        """Return a tenant's queued tasks that may start, by rank and id; only those behind ``after``, a (rank, id)."""
        limit = validation.count("limit", limit)
        with self._use():
            return self._copies(self._ready[tenant].ids(limit, after))

    def later(self, limit: int, after: Position | None = None) -> list[Task]:
        """Return all queued tasks that must not start yet, as `queued` does."""
        limit = validation.count("limit", limit)
        with self._use():
            return self._copies(self._later.ids(limit, after))

    def tenants(self) -> list[str]:
        """Return the tenants that have queued tasks that may start, in order."""
        with self._use():
            return sorted(tenant for tenant, line in self._ready.items() if line)

    def expiring(self, limit: int) -> list[Task]:
        """Return the queued tasks that are given up soonest, by ``expires`` and id."""
        limit = validation.count("limit", limit)
        with self._use():
            return self._copies(self._expiring.ids(limit))

    def waiting_for(self, ids: Sequence[str], limit: int, cursor: str | None = None) -> tuple[list[Task], str | None]:
        """Return the tasks that are parked until one of these succeeds, in pages as `page` does."""
        limit = validation.count("limit", limit, least=1)
        with self._use():
            waiting = {by for id in ids for by in self._awaited.get(id, ()) if by > (cursor or "")}
            found = sorted(by for by in waiting if parked(self._tasks[by]))
            return self._copies(found[:limit]), found[limit - 1] if len(found) > limit else None

    def states(self, ids: Sequence[str]) -> dict[str, TaskState]:
        """Return the state of each of these tasks that is there."""
        with self._use():
            return {id: self._tasks[id].state for id in ids if id in self._tasks}

    def ended(self, before: float, limit: int) -> list[str]:
        """Return ids of tasks that ended before that, oldest first, but none that a parked task names."""
        limit = validation.count("limit", limit)
        with self._use():
            return [id for id in self._ended.until(before) if not self._is_awaited(id)][:limit]

    def _is_awaited(self, task_id: str) -> bool:
        return any(parked(self._tasks[by]) for by in self._awaited.get(task_id, ()))

    def _copies(self, ids: Sequence[str]) -> list[Task]:
        return [copied(self._tasks[id]) for id in ids]

    def assigned(self) -> Iterator[Task]:
        """Return all tasks that some worker holds, in the order of their ids."""
        cursor: str | None = ""
        while cursor is not None:
            tasks, cursor = self.page(TaskFilter(state=TaskState.ASSIGNED), 1000, cursor)
            yield from tasks

    def page(
        self, chosen: TaskFilter, limit: int, cursor: str | None = None, *, newest_first: bool = False
    ) -> tuple[list[Task], str | None]:
        """Return tasks in the order of their ids or the other way round, and the cursor of the next page or None."""
        limit = validation.count("limit", limit, least=1)
        found: list[Task] = []
        with self._use():
            for index in self._places(cursor, newest_first=newest_first):
                task = self._tasks[self._ids[index]]
                if not _meant(task, chosen):
                    continue
                if len(found) == limit:
                    return [copied(task) for task in found], found[-1].id
                found.append(task)
        return [copied(task) for task in found], None

    def _places(self, cursor: str | None, *, newest_first: bool) -> range:
        """Return the places of the ids behind a cursor, in the order in which they are read."""
        if newest_first:
            return range(len(self._ids) if cursor is None else bisect_left(self._ids, cursor))[::-1]
        return range(0 if cursor is None else bisect_right(self._ids, cursor), len(self._ids))

    def counts(self) -> dict[TaskState, int]:
        """Return how many tasks are in each state."""
        with self._use():
            return {state: self._counts[state] for state in TaskState}

    def unfinished(self) -> dict[tuple[TaskState, str, str], int]:
        """Return how many tasks wait and are held: by state, type and tenant."""
        with self._use():
            found = Counter((task.state, task.task_type, task.tenant) for task in self._tasks.values())
        return {key: tasks for key, tasks in found.items() if not key[0].final}

    def recall(self, name: str) -> Any:
        """Return the document of that name, or None."""
        with self._use():
            return decode(encode("Remember.document", self._documents.get(name)))

    def notes(self, limit: int, after: int = 0) -> list[tuple[int, Any]]:
        """Return lines of the record of decisions in the order of writing, each with its number; those behind one."""
        limit = validation.count("limit", limit)
        with self._use():
            start = bisect_right(self._notes, after, key=lambda note: note[0])
            return [
                (number, decode(encode("Note.line", line))) for number, _, line in self._notes[start : start + limit]
            ]

    def backup(self, path: str) -> None:
        """Write everything to ``path``, as a SQLite store.

        Raises:
            StoreError: it cannot be written, or something is there already.
        """
        from apportion.stores.sqlite.writing_out import write_out

        with self._use():
            tasks = [copied(task) for task in self._tasks.values()]
            kept = [Remember(name, document) for name, document in self._documents.items()]
            notes = [Note(at, line) for _, at, line in self._notes]
        write_out(path, [*map(Insert, tasks), *kept, *notes])

    def close(self) -> None:
        """Let go of the store. Safe to call twice."""
        self._closed = True

    @contextmanager
    def _use(self) -> Generator[None]:
        with self._lock:
            if self._closed:
                raise StoreError("this store is closed; open it again to use it")
            yield


def _meant(task: Task, chosen: TaskFilter) -> bool:
    return (
        (chosen.state is None or task.state is chosen.state)
        and (chosen.task_type is None or task.task_type == chosen.task_type)
        and (chosen.tenant is None or task.tenant == chosen.tenant)
        and (chosen.worker is None or task.assigned_worker == chosen.worker)
    )
