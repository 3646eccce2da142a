"""One process at a time holds the file, whoever else wants it is told who, and it is free when its holder is gone."""

import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apportion.errors import StoreHeldError
from apportion.stores.sqlite import SqliteStore
from apportion.stores.sqlite.hold import Hold

HOLD_UNTIL_STDIN_ENDS = """
import sys
from apportion.stores.sqlite import SqliteStore
store = SqliteStore(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def test_the_other_process_is_named(python, path: Path):
    other = python("-c", HOLD_UNTIL_STDIN_ENDS, path, "--token", "s3cret")
    assert other.stdout.readline() == "held\n"
    with pytest.raises(StoreHeldError) as refusal:
        SqliteStore(path)
    assert f"process {other.pid} (python {path})" in refusal.value.holder
    assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$", refusal.value.holder)
    assert f" on {socket.gethostname()}" in refusal.value.holder
    assert "s3cret" not in str(refusal.value)
    assert str(path) in str(refusal.value)
    other.communicate()
    SqliteStore(path).close()


def test_it_is_free_when_its_holder_was_killed(python, path: Path):
    other = python("-c", HOLD_UNTIL_STDIN_ENDS, path)
    assert other.stdout.readline() == "held\n"
    other.send_signal(signal.SIGKILL)
    other.wait()
    SqliteStore(path).close()


def test_links_and_relative_paths_lead_to_the_same_lock(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
):
    link = path.with_name("link.db")
    link.symlink_to(path)
    monkeypatch.chdir(path.parent)
    for name in (link, Path("tasks.db"), Path("..", path.parent.name, "tasks.db")):
        with pytest.raises(StoreHeldError):
            SqliteStore(name)


def test_a_command_does_not_inherit_the_lock(python, path: Path):
    hold = Hold(str(path))
    child = python("-c", "print('started', flush=True); input()", close_fds=False)
    assert child.stdout.readline() == "started\n"
    hold.release()
    Hold(str(path)).release()


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_does_not_keep_the_lock(path: Path):
    """As worker processes do, which may outlive the process that forked them."""
    hold = Hold(str(path))
    with forked_child():
        hold.release()
        Hold(str(path)).release()


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_does_not_free_it_either(path: Path):
    hold = Hold(str(path))
    with forked_child(), pytest.raises(StoreHeldError):
        Hold(str(path))
    hold.release()


@contextmanager
def forked_child() -> Iterator[None]:
    """Fork a child that is there until the block ends."""
    to_child, to_parent = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover -- counted in the parent only
        os.write(to_parent[1], b"here")
        os.read(to_child[0], 1)
        os._exit(0)
    assert os.read(to_parent[0], 4) == b"here"
    try:
        yield
    finally:
        os.write(to_child[1], b"x")
        os.waitpid(child, 0)
        for descriptor in (*to_child, *to_parent):
            os.close(descriptor)


def test_a_failed_opening_holds_nothing(path: Path):
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(Exception, match="no SQLite database"):
        SqliteStore(path)
    path.unlink()
    SqliteStore(path).close()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["/usr/bin/apportion", "run", "tasks.jsonl", "--token", "s3cret"], "(apportion run tasks.jsonl)"),
        (["/lib/apportion/__main__.py", "serve"], "(apportion serve)"),
        (["-c"], "(python)"),
        ([""], "(python)"),
        ([], "(python)"),
    ],
)
def test_what_the_holder_is_comes_from_its_command(arguments, named, path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "argv", arguments)
    hold = Hold(str(path))
    with pytest.raises(StoreHeldError, match=re.escape(f"process {os.getpid()} {named} on ")):
        Hold(str(path))
    hold.release()
