"""A store holds what others sent: whoever shares the machine cannot read it, unless its owner says so."""

from __future__ import annotations

import os
import stat
from contextlib import closing
from pathlib import Path

import pytest

from apportion.model.task_record import Task
from apportion.ports import Insert
from apportion.stores.sqlite import SqliteStore
from apportion.stores.sqlite.copying import copy_file


@pytest.fixture(autouse=True)
def open_handed():
    """Files that say nothing themselves may be read by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path, pattern: str) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob(pattern)}


def test_a_new_store_and_its_copy_are_for_their_owner(tmp_path):
    with closing(SqliteStore(tmp_path / "tasks.db")) as store:
        store.commit([Insert(Task("a", "lint", payload="secret"))])
        files = modes(tmp_path, "tasks.db*")
        del files["tasks.db.lock"]  # it says which process holds it, to whoever wants the store
        assert files == {"tasks.db": 0o600, "tasks.db-wal": 0o600, "tasks.db-shm": 0o600}
        copy_file(str(tmp_path / "tasks.db"), str(tmp_path / "copy.db"))
    assert modes(tmp_path, "copy.db*") == {"copy.db": 0o600}


def test_what_its_owner_allows_stays_allowed(tmp_path):
    SqliteStore(tmp_path / "tasks.db").close()
    (tmp_path / "tasks.db").chmod(0o640)
    SqliteStore(tmp_path / "tasks.db").close()
    assert modes(tmp_path, "tasks.db") == {"tasks.db": 0o640}
