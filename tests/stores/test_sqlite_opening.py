"""What is no store, or not yours, or of another time, is refused with what to do about it, and left as it is."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from apportion.errors import SchemaTooNewError, StoreError
from apportion.model.task_record import Task
from apportion.ports import Insert
from apportion.stores.sqlite import SqliteStore
from apportion.stores.sqlite.schema import STEPS, migrate

OPEN_AS_NOBODY = """
import os, sys
from apportion.errors import StoreError
from apportion.stores.sqlite import SqliteStore
if os.getuid() == 0:
    os.setuid(65534)
try:
    SqliteStore(sys.argv[1])
except StoreError as refusal:
    print(refusal)
"""


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize("contents", [b"\0" * 4096, b"SQLite format 3\0" + b"x" * 4096, b"{}\n" * 500])
def test_a_file_that_is_no_database(path: Path, contents: bytes):
    path.write_bytes(contents)
    with pytest.raises(StoreError, match=r"tasks\.db is (no SQLite database; name another|damaged; restore)"):
        SqliteStore(path)
    assert path.read_bytes() == contents


def test_somebody_elses_database(path: Path):
    run(path, "CREATE TABLE theirs (x)")
    with pytest.raises(StoreError, match="no Apportion store; name another file"):
        SqliteStore(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("theirs",)]


@pytest.mark.parametrize("pragma", ["application_id = 7", "user_version = 7"])
def test_an_empty_database_that_is_marked_as_somebody_elses(path: Path, pragma: str):
    run(path, f"PRAGMA {pragma}")
    with pytest.raises(StoreError, match="no Apportion store"):
        SqliteStore(path)


def test_a_folder_that_is_not_there(tmp_path: Path):
    with pytest.raises(StoreError, match="missing is not there; make it"):
        SqliteStore(tmp_path / "missing" / "tasks.db")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_place_of_the_file(path: Path):
    path.mkdir()
    with pytest.raises(StoreError, match=f"{path} is a folder; name a file"):
        SqliteStore(path)
    assert list(path.parent.iterdir()) == [path]  # no lock is left beside it
    assert list(path.iterdir()) == []


@pytest.mark.parametrize("closed", ["folder", "file"])
def test_what_this_user_may_not_write(python, closed: str):
    with TemporaryDirectory() as name:
        folder, file = Path(name), Path(name, "tasks.db")
        SqliteStore(file).close()
        file.with_name("tasks.db.lock").chmod(0o666)
        if closed == "folder":
            file.with_name("tasks.db.lock").unlink()
        file.chmod(0o444)
        folder.chmod(0o555 if closed == "folder" else 0o777)
        said, _ = python("-c", OPEN_AS_NOBODY, file).communicate()
        folder.chmod(0o777)
    assert "tasks.db cannot be" in said
    assert "allow this user to write" in said


def test_a_newer_schema_is_refused_and_left_alone(path: Path):
    SqliteStore(path).close()
    run(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(SchemaTooNewError, match=rf"version 99, and this Apportion knows {len(STEPS)} and older"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_an_older_schema_is_brought_forward(path: Path):
    SqliteStore(path).close()
    steps = [*STEPS, ("CREATE TABLE more (x)",), ("INSERT INTO more VALUES (7)",)]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, str(path), steps)
        migrate(connection, str(path), steps)
        assert connection.execute("SELECT x FROM more").fetchall() == [(7,)]
        assert connection.execute("PRAGMA user_version").fetchone() == (len(steps),)


def test_a_step_that_fails_leaves_the_older_schema(path: Path):
    SqliteStore(path).close()
    steps = [*STEPS, ("CREATE TABLE more (x)", "INSERT INTO missing VALUES (1)")]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection, pytest.raises(sqlite3.OperationalError):
        migrate(connection, str(path), steps)
    with closing(SqliteStore(path)) as store:
        assert store.commit([Insert(Task("a", "lint"))]) == [True]


def test_a_damaged_file_is_named_when_it_is_met(path: Path):
    with closing(SqliteStore(path)) as store:
        store.commit([Insert(Task(f"{number:05}", "lint", payload="x" * 200)) for number in range(2000)])
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    with pytest.raises(StoreError, match="is damaged; restore it from a backup"), closing(SqliteStore(path)) as store:
        store.queued("default", 10)
