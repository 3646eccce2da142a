"""Tasks in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from apportion import validation
from apportion.errors import StoreError
from apportion.model.lifecycle import TaskState
from apportion.model.plain_json import decode
from apportion.model.task_record import Task
from apportion.ports import Change, TaskFilter
from apportion.stores.checks import refuse_what_cannot_be
from apportion.stores.sqlite import statements
from apportion.stores.sqlite.batch import Batch
from apportion.stores.sqlite.connections import Readers, open_writer
from apportion.stores.sqlite.copying import copy_database
from apportion.stores.sqlite.hold import Hold
from apportion.stores.sqlite.pieces import pieces_of
from apportion.stores.sqlite.rows import task_of
from apportion.stores.sqlite.schema import migrate
from apportion.stores.sqlite.trouble import told_plainly


class SqliteStore:
    """Keeps tasks in a file, so that whatever `commit` has returned from is on disk. Safe to use from any thread.

    `commit` waits for the disk: call it from a thread that may wait, with as many changes at once as there are.

    Args:
        path: the file; made when it is not there. Its folder must be there, on a local disk. Beside it lie the log
            (``-wal``, ``-shm``) while it is open, and ``.lock``.

    Raises:
        StoreHeldError: another process, or this one, has it open.
        SchemaTooNewError: a newer Apportion wrote it.
        StoreError: it cannot be opened; the message says what to do.
    """

    def __init__(self, path: str | Path) -> None:
        # One file has one lock, by whatever links and relative paths it is reached.
        self._path = str(Path(path).resolve())
        self._hold = Hold(self._path)
        try:
            with told_plainly(self._path):
                self._writer, self._next_number = _opened(self._path)
        except BaseException:
            self._hold.release()
            raise
        self._writing = Lock()
        self._closed = False
        self._readers = Readers(self._path)

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        """Carry out the changes in order, as one transaction that is on disk when this returns.

        Raises:
            FieldError, FieldTypeError: a change that could never be right; nothing was done.
            StoreFullError: the disk is full; nothing was done, and a later commit may succeed.
            StoreError: the disk or the file failed; nothing was done.
        """
        refuse_what_cannot_be(changes)
        with self._writing, told_plainly(self._path):
            self._refuse_if_closed()
            return self._transaction(changes)

    def _transaction(self, changes: Sequence[Change]) -> list[bool]:
        if not changes:
            return []
        # Closed here: a cursor that lives on in the traceback of an error would keep the file open after `close`.
        with closing(self._writer.cursor()) as cursor:
            batch = Batch(cursor, self._next_number)
            try:
                # IMMEDIATE: a transaction that became a writing one half way could fail without waiting for its turn.
                cursor.execute("BEGIN IMMEDIATE")
                effects = batch.carry_out(changes)
                cursor.execute("COMMIT")
            except BaseException as problem:
                self._take_back(cursor, problem)
                raise
        self._next_number = batch.next_number
        return effects

    def _take_back(self, cursor: sqlite3.Cursor, problem: BaseException) -> None:
        with suppress(sqlite3.Error):
            # A full disk ends the transaction by itself.
            if self._writer.in_transaction:
                cursor.execute("ROLLBACK")
            # What is in the log may have room in the database; then it gives back its own, and a purge can begin.
            if getattr(problem, "sqlite_errorname", None) == "SQLITE_FULL":
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def get(self, task_id: str) -> Task | None:
        """Return the task of that id."""
        return self._one(statements.GET, task_id)

    def find(self, tenant: str, idempotency_key: str) -> Task | None:
        """Return the task that was submitted with that key."""
        return self._one(statements.FIND, tenant, idempotency_key)

    def get_all(self, ids: Sequence[str]) -> dict[str, Task]:
        """Return those of these tasks that are there, by id."""
        read = (self._tasks(statements.get_all(len(piece)), *piece) for piece in pieces_of(ids))
        return {task.id: task for tasks in read for task in tasks}

    def find_all(self, tenant: str, idempotency_keys: Sequence[str]) -> dict[str, Task]:
        """Return those of a tenant's tasks that were submitted with these keys, by key."""
        pieces = pieces_of(idempotency_keys)
        read = (self._tasks(statements.find_all(len(piece)), tenant, *piece) for piece in pieces)
        return {task.idempotency_key or "": task for tasks in read for task in tasks}

    def queued(self, tenant: str, limit: int, after: tuple[float, str] | None = None) -> list[Task]:
        """Return a tenant's queued tasks that may start, by rank and id; only those behind ``after``, a (rank, id)."""
        limit = validation.count("limit", limit)
        if after is None:
            return self._tasks(statements.QUEUED, tenant, limit)
        return self._tasks(statements.QUEUED_AFTER, tenant, *after, limit)

    def later(self, limit: int, after: tuple[float, str] | None = None) -> list[Task]:
        """Return all queued tasks that must not start yet, as `queued` does."""
        limit = validation.count("limit", limit)
        if after is None:
            return self._tasks(statements.LATER, limit)
        return self._tasks(statements.LATER_AFTER, *after, limit)

    def tenants(self) -> list[str]:
        """Return the tenants that have queued tasks that may start, in order."""
        return [tenant for (tenant,) in self._rows(statements.TENANTS)]

    def expiring(self, limit: int) -> list[Task]:
        """Return the queued tasks that are given up soonest, by ``expires`` and id."""
        return self._tasks(statements.EXPIRING, validation.count("limit", limit))

    def waiting_for(self, ids: Sequence[str], limit: int, cursor: str | None = None) -> tuple[list[Task], str | None]:
        """Return the tasks that are parked until one of these succeeds, in pages as `page` does."""
        limit = validation.count("limit", limit, least=1)
        found = self._tasks(statements.waiting_for(len(ids)), *ids, cursor or "", limit + 1)
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def states(self, ids: Sequence[str]) -> dict[str, TaskState]:
        """Return the state of each of these tasks that is there."""
        return {id: TaskState(state) for id, state in self._rows(statements.states(len(ids)), *ids)}

    def ended(self, before: float, limit: int) -> list[str]:
        """Return ids of tasks that ended before that, oldest first, but none that a parked task names."""
        return [id for (id,) in self._rows(statements.ENDED, before, validation.count("limit", limit))]

    def assigned(self) -> Iterator[Task]:
        """Return all tasks that some worker holds, in the order of their ids.

        They are read in pieces: a task that is assigned or ends meanwhile may be missing or not, but none is twice.
        """
        cursor: str | None = ""
        while cursor is not None:
            tasks, cursor = self.page(TaskFilter(state=TaskState.ASSIGNED), 1000, cursor)
            yield from tasks

    def page(
        self, chosen: TaskFilter, limit: int, cursor: str | None = None, *, newest_first: bool = False
    ) -> tuple[list[Task], str | None]:
        """Return tasks in the order of their ids or the other way round, and the cursor of the next page or None."""
        limit = validation.count("limit", limit, least=1)
        statement, values = statements.page(chosen, cursor, newest_first=newest_first)
        found = self._tasks(statement, *values, limit + 1)
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def counts(self) -> dict[TaskState, int]:
        """Return how many tasks are in each state."""
        return {TaskState(state): tasks for state, tasks in self._rows(statements.COUNTS)}

    def unfinished(self) -> dict[tuple[TaskState, str, str], int]:
        """Return how many tasks wait and are held: by state, type and tenant."""
        found: Counter[tuple[TaskState, str, str]] = Counter()
        for state, task_type, tenant, tasks in self._rows(statements.UNFINISHED):
            found[TaskState(state), task_type, tenant] += tasks
        return dict(found)

    def recall(self, name: str) -> Any:
        """Return the document of that name, or None."""
        found = self._rows(statements.RECALL, name)
        return decode(found[0][0]) if found else None

    def notes(self, limit: int, after: int = 0) -> list[tuple[int, Any]]:
        """Return lines of the record of decisions in the order of writing, each with its number; those behind one."""
        limit = validation.count("limit", limit)
        return [(number, decode(line)) for number, line in self._rows(statements.NOTES, after, limit)]

    def backup(self, path: str) -> None:
        """Write a consistent copy to ``path`` while others go on; it is a store like this one.

        Raises:
            StoreError: it cannot be written there, or something is there already.
        """
        with self._readers.lend() as source:
            copy_database(source, path)

    def close(self) -> None:
        """Let go of the store, once reads and commits under way have ended. Safe to call twice."""
        with self._writing:
            if self._closed:
                return
            self._closed = True
            # The last to close moves the log into the database, and that has to be the writer.
            self._readers.close()
            self._writer.close()
            self._hold.release()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise StoreError(f"the store {self._path} is closed; open it again to use it")

    def _one(self, statement: str, *values: Any) -> Task | None:
        found = self._tasks(statement, *values)
        return found[0] if found else None

    def _tasks(self, statement: str, *values: Any) -> list[Task]:
        return [task_of(row) for row in self._rows(statement, *values)]

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with told_plainly(self._path):
            return self._readers.all(statement, values)


def _opened(path: str) -> tuple[sqlite3.Connection, int]:
    """Return the connection that writes, and the number of the next task; a damaged file leaves nothing open."""
    writer = open_writer(path)
    try:
        _refuse_if_read_only(path)
        migrate(writer, path)
        ((next_number,),) = writer.execute(statements.NEXT_NUMBER)
    except BaseException:
        writer.close()
        raise
    return writer, next_number


def _refuse_if_read_only(path: str) -> None:
    """SQLite opens such a file all the same, for reading, and would say so at the first commit."""
    if not os.access(path, os.W_OK):
        raise StoreError(f"the store {path} cannot be written; allow this user to write it and its folder")
