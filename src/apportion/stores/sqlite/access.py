"""Tokens and the audit log, in a small file beside the store's.

The store's own file is held by one process, and written by one connection. Tokens are made and revoked while a service
runs, so they have a file with lock rules of its own: SQLite's rollback journal, under which any number of processes may
write, one after the other, each for the moment of one commit.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

from apportion.errors import SchemaTooNewError, StoreError
from apportion.model.act import Act
from apportion.model.token import Token
from apportion.stores.sqlite.trouble import told_plainly

_VERSION: Final = 1

_PATIENCE: Final = 15.0
"""Seconds to wait for other processes that write. SQLite lets nobody queue up, so one of several can be unlucky."""

_SCHEMA: Final = """
CREATE TABLE tokens (
    id TEXT PRIMARY KEY, digest TEXT NOT NULL, role TEXT NOT NULL, tenant TEXT, worker TEXT,
    created_at REAL NOT NULL, expires_at REAL, revoked_at REAL, parent TEXT, change INTEGER NOT NULL
);
CREATE INDEX tokens_change ON tokens (change);
CREATE TABLE acts (
    number INTEGER PRIMARY KEY, at REAL NOT NULL, token TEXT, address TEXT NOT NULL, name TEXT NOT NULL,
    target TEXT NOT NULL
);
CREATE TABLE outcomes (number INTEGER PRIMARY KEY REFERENCES acts, outcome INTEGER NOT NULL);
CREATE TRIGGER acts_follow BEFORE INSERT ON acts
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM acts)
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER outcomes_follow BEFORE INSERT ON outcomes WHEN NEW.number IN (SELECT number FROM outcomes)
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER acts_are_kept BEFORE DELETE ON acts BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER acts_stay BEFORE UPDATE ON acts BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER outcomes_are_kept BEFORE DELETE ON outcomes BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER outcomes_stay BEFORE UPDATE ON outcomes BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
"""

_COLUMNS: Final = "id, digest, role, tenant, worker, created_at, expires_at, revoked_at, parent"
_NEXT: Final = "(SELECT coalesce(max(change), 0) + 1 FROM tokens)"
_BIND: Final = f"""
UPDATE tokens SET worker = :worker, change = {_NEXT} WHERE id = :token AND worker IS NULL AND NOT EXISTS (
    SELECT 1 FROM tokens WHERE worker = :worker AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
)
"""  # noqa: S608 -- nothing of it comes from elsewhere
_FORGET: Final = """
DELETE FROM tokens WHERE parent IS NOT NULL AND expires_at < ? AND change < (SELECT max(change) FROM tokens)
"""
"""The newest change stays: the next one is counted from it."""


class SqliteAccess:
    """Keeps tokens and the audit log. Safe to use from any thread, and by several processes at once.

    Args:
        store: the path of the store that the tokens are for; None: in memory.

    Raises:
        StoreError: the file cannot be opened.
    """

    def __init__(self, store: str | os.PathLike[str] | None) -> None:
        self._path = ":memory:" if store is None else f"{os.fspath(store)}.access"
        self._lock = RLock()
        self._written = 0
        self._seen: tuple[int, int] | None = None
        self._mark = 0
        if store is not None:
            _make_private(self._path)
        with told_plainly(self._path):
            self._writer = _connect(self._path, _PATIENCE)
            try:
                self._prepare()
                # Looked at between requests: it never waits for a writer.
                self._reader = self._writer if store is None else _connect(self._path, 0.0)
            except BaseException:
                self._writer.close()
                raise

    def _prepare(self) -> None:
        self._writer.execute("PRAGMA synchronous = EXTRA")  # the end of a journal is on disk, too
        if self._version() == _VERSION:
            return
        with self._write() as connection:
            if self._version() > _VERSION:
                raise SchemaTooNewError(f"{self._path} was written by a newer Apportion; install that, or newer")
            if self._version() < _VERSION:
                for statement in _statements(_SCHEMA):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_VERSION}")

    def _version(self) -> int:
        (version,) = self._writer.execute("PRAGMA user_version").fetchone()
        return int(version)

    # --- tokens -----------------------------------------------------------------------------------------------------

    def tokens(self) -> list[Token]:
        """Return all tokens."""
        with self._lock, told_plainly(self._path):
            self._seen = None
            return self._changed_since(self._writer, 0)

    def changed(self) -> list[Token]:
        """Return the tokens that were made or changed, by whomever, since this or `tokens` was asked last.

        It never waits for somebody who is writing: what is being written, it returns the next time.
        """
        try:
            (version,) = self._reader.execute("PRAGMA data_version").fetchone()
            if (version, self._written) == self._seen:
                return []
            self._seen, found = (version, self._written), self._changed_since(self._reader, self._mark)
        except sqlite3.OperationalError as problem:
            self._seen = None
            if problem.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                return []
            raise StoreError(f"{self._path} could not be read: {problem}; look after the disk") from problem
        return found

    def _changed_since(self, connection: sqlite3.Connection, mark: int) -> list[Token]:
        query = f"SELECT {_COLUMNS}, change FROM tokens WHERE change > ? ORDER BY change"  # noqa: S608 -- names only
        rows = connection.execute(query, (mark,)).fetchall()
        if rows:
            self._mark = rows[-1][-1]
        return [Token(*row[:-1]) for row in rows]

    def add(self, token: Token) -> None:
        """Keep a new token; sessions that expired before it was made are forgotten."""
        with self._write() as connection:
            connection.execute(_FORGET, (token.created_at,))
            values = [getattr(token, name) for name in _COLUMNS.split(", ")]
            connection.execute(f"INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, {_NEXT})", values)  # noqa: S608

    def revoke(self, token_id: str, at: float) -> bool:
        """Make a token void for good, and the sessions that were opened with it; False: there is none of that id."""
        with self._write() as connection:
            void = f"UPDATE tokens SET revoked_at = coalesce(revoked_at, ?), change = {_NEXT} WHERE ? IN (id, parent)"  # noqa: S608
            return connection.execute(void, (at, token_id)).rowcount > 0

    def bind(self, token_id: str, worker_id: str, now: float) -> str | None:
        """Give a token the worker that it acts for, where it has none yet and no other valid token acts for that one.

        Returns:
            The worker that it has.
        """
        with self._write() as connection:
            connection.execute(_BIND, {"token": token_id, "worker": worker_id, "now": now})
            row = connection.execute("SELECT worker FROM tokens WHERE id = ?", (token_id,)).fetchone()
        return None if row is None else row[0]

    # --- the audit log ----------------------------------------------------------------------------------------------

    def begin(self, act: Act) -> int:
        """Write down what is about to be done, and return its number."""
        with self._write() as connection:
            (number,) = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM acts").fetchone()
            values = (number, act.at, act.token, act.address, act.name, act.target)
            connection.execute("INSERT INTO acts VALUES (?, ?, ?, ?, ?, ?)", values)
            return int(number)

    def end(self, number: int, outcome: int) -> None:
        """Write down how it ended."""
        with self._write() as connection:
            connection.execute("INSERT INTO outcomes VALUES (?, ?)", (number, outcome))

    def acts(self, most: int) -> list[Act]:
        """Return the last acts, oldest first."""
        query = "SELECT at, token, address, name, target, outcome, number FROM acts LEFT JOIN outcomes USING (number)"
        with self._lock, told_plainly(self._path):
            rows = self._writer.execute(f"{query} ORDER BY number DESC LIMIT ?", (most,)).fetchall()
        return [Act(*row) for row in reversed(rows)]

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        with self._lock:
            self._reader.close()
            self._writer.close()

    @contextmanager
    def _write(self) -> Generator[sqlite3.Connection]:
        with self._lock, told_plainly(self._path):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            self._written += 1


def _connect(path: str, patience: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)


def _statements(script: str) -> list[str]:
    found: list[str] = []
    for line in script.strip().splitlines():
        if found and not sqlite3.complete_statement(found[-1]):
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return found


def _make_private(path: str) -> None:
    """Make the file, readable by nobody else; SQLite's journal takes over its permissions."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
    except FileNotFoundError as problem:
        raise StoreError(f"the folder {Path(path).parent} is not there; make it, or name another store") from problem
    except OSError as problem:
        remedy = "allow this user to write it and its folder, or name another store"
        raise StoreError(f"the tokens in {path} cannot be opened: {problem.strerror}; {remedy}") from problem
