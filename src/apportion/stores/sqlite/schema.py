"""The tables, and how an older file becomes a new one. Steps are only ever added at the end."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from apportion.errors import SchemaTooNewError, StoreError
from apportion.model.ranks import NOT_READY

APPLICATION_ID: Final = 0x41707074
"""Marks the file as one of ours ("Appt"), so that nobody's other database is filled with our tables."""

Step = tuple[str, ...]

STEPS: Final[Sequence[Step]] = (
    (
        # What a client gave: written once, appended at the end, touched by no transition.
        """
        CREATE TABLE inputs (
            number           INTEGER PRIMARY KEY,
            payload          TEXT,            -- JSON
            requirements     TEXT NOT NULL,   -- JSON, without what is as by default
            max_attempts     INTEGER NOT NULL,
            timeout          REAL,
            schedule_timeout REAL,
            created_at       REAL NOT NULL
        )
        """,
        # What changes, and what tasks are looked up by. Narrow, and in the order of the ids: a group of new tasks
        # with growing ids lies on a page or two, so that a commit has little to write.
        """
        CREATE TABLE tasks (
            id              TEXT PRIMARY KEY NOT NULL,
            number          INTEGER NOT NULL, -- of its inputs and its decision
            state           TEXT NOT NULL,
            lease           INTEGER NOT NULL DEFAULT 0,
            rank            REAL NOT NULL,
            queued_at       REAL NOT NULL,
            task_type       TEXT NOT NULL,
            tenant          TEXT NOT NULL,
            idempotency_key TEXT,
            attempt         INTEGER NOT NULL DEFAULT 0,
            failures        INTEGER NOT NULL DEFAULT 0,
            deaths          INTEGER NOT NULL DEFAULT 0,
            assigned_worker TEXT,
            assigned_at     REAL,
            finished_at     REAL,
            not_before      REAL,
            error           TEXT,             -- a JSON string
            exit_code       INTEGER,
            duration        REAL,
            result          TEXT              -- JSON
        ) WITHOUT ROWID
        """,
        # Each index holds only what it is asked for; a task that has succeeded is in none of them.
        "CREATE INDEX queue ON tasks (rank, id) WHERE state = 'queued'",
        "CREATE INDEX held ON tasks (id) WHERE state = 'assigned'",
        "CREATE INDEX failed ON tasks (id) WHERE state = 'failed'",
        "CREATE INDEX cancelled ON tasks (id) WHERE state = 'cancelled'",
        "CREATE UNIQUE INDEX keys ON tasks (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL",
        # Apart from the tasks: far larger than the rest of a row, and written by the assignment alone.
        "CREATE TABLE decisions (number INTEGER PRIMARY KEY, decision TEXT NOT NULL)",
        "CREATE TABLE documents (name TEXT PRIMARY KEY NOT NULL, document TEXT) WITHOUT ROWID",
        # Counting a million rows takes far longer than keeping count.
        "CREATE TABLE totals (state TEXT PRIMARY KEY NOT NULL, tasks INTEGER NOT NULL) WITHOUT ROWID",
        """
        INSERT INTO totals (state, tasks)
        VALUES ('queued', 0), ('assigned', 0), ('succeeded', 0), ('failed', 0), ('cancelled', 0)
        """,
    ),
    (
        # Only appended to, and deleted from the oldest on: a line costs its bytes and no index.
        "CREATE TABLE notes (number INTEGER PRIMARY KEY, at REAL NOT NULL, line TEXT NOT NULL)",
    ),
    (
        # What a client gave: tasks that have to succeed first, and keys of limits, both JSON; most tasks have neither.
        "ALTER TABLE inputs ADD COLUMN after TEXT",
        "ALTER TABLE inputs ADD COLUMN limit_keys TEXT",
        "ALTER TABLE tasks ADD COLUMN expires REAL",
        # Who waits for whom. As long as a task is kept; whether it still waits, its rank says.
        "CREATE TABLE awaited (id TEXT NOT NULL, by TEXT NOT NULL, PRIMARY KEY (id, by)) WITHOUT ROWID",
        "CREATE INDEX awaiting ON awaited (by)",
        # Each queued task is in one of two: those that may start are read tenant by tenant, the others by their time.
        # The sum keeps SQLite from looking for the place in the line by this condition instead of by a position.
        "DROP INDEX queue",
        f"CREATE INDEX queue ON tasks (tenant, rank, id) WHERE state = 'queued' AND rank + 0 < {NOT_READY:.0f}",
        f"CREATE INDEX later ON tasks (rank, id) WHERE state = 'queued' AND rank + 0 >= {NOT_READY:.0f}",
        "CREATE INDEX expiring ON tasks (expires, id) WHERE state = 'queued' AND expires IS NOT NULL",
        # What a purge takes, oldest first.
        "CREATE INDEX ended ON tasks (finished_at) WHERE finished_at IS NOT NULL",
    ),
    ("ALTER TABLE inputs ADD COLUMN traceparent TEXT",),
)


def migrate(connection: sqlite3.Connection, path: str, steps: Sequence[Step] = STEPS) -> None:
    """Bring the file to the newest schema, all steps in one transaction.

    Raises:
        SchemaTooNewError: it has seen steps that this Apportion does not know.
        StoreError: it is somebody else's database.
    """
    if _version(connection, path, steps) == len(steps):
        return  # without writing: a store on a full disk can be opened, to look at it and to purge it
    connection.execute("BEGIN IMMEDIATE")
    for step in steps[_version(connection, path, steps) :]:
        for statement in step:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(steps)}")
    connection.execute("COMMIT")


def require_newest(connection: sqlite3.Connection, path: str) -> None:
    """See that a file has the newest schema, for whoever only reads.

    Raises:
        SchemaTooNewError: it has seen steps that this Apportion does not know.
        StoreError: it is somebody else's database, or lacks a step.
    """
    if _version(connection, path, STEPS) < len(STEPS):
        raise StoreError(f"an older Apportion wrote the store {path}; open it with this one first, then read it")


def _version(connection: sqlite3.Connection, path: str, steps: Sequence[Step]) -> int:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if mark != APPLICATION_ID and (mark, version, objects) != (0, 0, 0):
        raise StoreError(f"{path} is a SQLite database, but no Apportion store; name another file")
    if version > len(steps):
        raise SchemaTooNewError(
            f"the store {path} has schema version {version}, and this Apportion knows {len(steps)} and older; "
            "install the Apportion that wrote it, or a newer one"
        )
    return int(version)
