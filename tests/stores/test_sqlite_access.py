"""The file of tokens and acts: several processes write it, and what stands in its log stays."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from apportion.errors import SchemaTooNewError, StoreDamagedError, StoreError
from apportion.model.act import Act
from apportion.model.token import Token
from apportion.stores.sqlite.access import SqliteAccess

ACT = Act(1.0, "t", "127.0.0.1", "worker.drain", "w")
TOKEN = Token("t", "digest", "worker", None, None, 1.0)

WRITES = """
import sys
from apportion.model.act import Act
from apportion.model.token import Token
from apportion.stores.sqlite.access import SqliteAccess

book, name = SqliteAccess(sys.argv[1]), sys.argv[2]
for number in range(20):
    book.add(Token(f"{name}{number}", "digest", "viewer", None, None, 1.0))
    book.end(book.begin(Act(1.0, None, "here", "test", name)), 200)
"""


RANGE = range(20)


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "tasks.db")


@pytest.fixture
def book(place):
    with closing(SqliteAccess(place)) as opened:
        yield opened


def test_several_processes_write_at_once_and_nothing_is_lost(place, book):
    names = ["a", "b", "c"]
    writers = [subprocess.Popen([sys.executable, "-c", WRITES, place, name]) for name in names]
    assert [writer.wait(50) for writer in writers] == [0, 0, 0]
    assert sorted(token.id for token in book.tokens()) == sorted(
        f"{name}{number}" for name in names for number in RANGE
    )
    assert [act.number for act in book.acts(1000)] == list(range(1, len(names) * len(RANGE) + 1))
    assert {act.outcome for act in book.acts(1000)} == {200}


def test_a_change_by_another_is_told_once(place, book):
    assert (book.tokens(), book.changed()) == ([], [])
    with closing(SqliteAccess(place)) as other:
        other.add(TOKEN)
        assert (book.changed(), book.changed()) == ([TOKEN], [])
        assert other.revoke("t", 5.0)
        assert (book.changed(), book.changed()) == ([replace(TOKEN, revoked_at=5.0)], [])
        assert len(other.changed()) == 1, "its own changes, too"


def test_it_waits_for_nobody_who_is_writing(place, book):
    book.add(TOKEN)
    with closing(sqlite3.connect(f"{place}.access", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert book.changed() == []
        other.execute("COMMIT")
    assert book.changed() == [TOKEN]


def test_revoking_is_for_good_and_takes_the_sessions_along(book):
    book.add(TOKEN)
    book.add(replace(TOKEN, id="s", parent="t", expires_at=9.0))
    assert book.revoke("t", 5.0)
    assert book.revoke("t", 7.0)
    assert [token.revoked_at for token in book.tokens()] == [5.0, 5.0]
    assert not book.revoke("nobody", 5.0)


def test_a_token_is_bound_once_and_to_nobody_elses_worker(book):
    book.add(TOKEN)
    book.add(replace(TOKEN, id="u", expires_at=100.0))
    assert book.bind("t", "w", 2.0) == "w"
    assert book.bind("t", "v", 2.0) == "w"
    assert book.bind("u", "w", 2.0) is None
    assert book.bind("u", "v", 2.0) == "v"
    book.add(replace(TOKEN, id="x"))
    assert book.bind("x", "v", 99.0) is None
    assert book.bind("x", "v", 101.0) == "v", "whose token has expired has lost its id"
    assert book.bind("nobody", "v", 2.0) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE acts SET token = 'somebody else'",
        "DELETE FROM acts",
        "UPDATE outcomes SET outcome = 200",
        "DELETE FROM outcomes",
        "INSERT OR REPLACE INTO acts (number, at, address, name, target) VALUES (1, 0, 'x', 'x', 'x')",
        "INSERT OR REPLACE INTO outcomes VALUES (1, 200)",
    ],
)
def test_the_log_only_grows(place, book, change):
    book.end(book.begin(ACT), 404)
    refused = pytest.raises(sqlite3.DatabaseError, match="only grows")
    with closing(sqlite3.connect(f"{place}.access", isolation_level=None)) as other, refused:
        other.execute(change)
    assert book.acts(9) == [replace(ACT, outcome=404, number=1)]


def test_an_act_that_was_cut_short_has_no_outcome(book):
    book.begin(ACT)
    book.end(book.begin(ACT), 200)
    assert [act.outcome for act in book.acts(9)] == [None, 200]
    assert [act.number for act in book.acts(1)] == [2], "the last ones"


def test_nobody_else_may_read_the_file(place, book):
    assert stat.S_IMODE(Path(f"{place}.access").stat().st_mode) == 0o600


def test_in_memory_it_is_the_same_without_a_file(tmp_path):
    with closing(SqliteAccess(None)) as book:
        book.add(TOKEN)
        assert (book.changed(), book.changed()) == ([TOKEN], [])
        assert book.tokens() == [TOKEN]
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_followed(place, tmp_path):
    Path(f"{place}.access").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError):
        SqliteAccess(place)
    assert not (tmp_path / "elsewhere").exists()


def test_what_cannot_be_opened_says_why(place, tmp_path):
    with pytest.raises(StoreError, match="folder"):
        SqliteAccess(str(tmp_path / "no" / "tasks.db"))
    Path(f"{place}.access").write_bytes(b"no database" * 99)
    with pytest.raises(StoreDamagedError):
        SqliteAccess(place)


def test_one_of_a_newer_apportion_is_left_alone(place, book):
    with closing(sqlite3.connect(f"{place}.access")) as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(SchemaTooNewError):
        SqliteAccess(place)
