"""`kill -9` of a process that writes: whatever it was told is done is there, and nothing is half there."""

import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from signal import SIGKILL
from subprocess import Popen

import pytest

from apportion.stores.sqlite import SqliteStore
from tests.stores.commits import Expected, contents

SIZE = 5
"""Tasks of each kind in a commit."""

MOST_COMMITS = 60
"""Between two kills. A kill is void unless the process was told of one commit at least and is at the next."""

MOST_SPINS = 30_000
"""Turns of an empty loop, about as long as one commit takes, so that the kill falls anywhere within one."""


def kill_again_and_again(python: Callable[..., Popen[str]], path: Path, kills: int, *sabotage: str) -> None:
    """Kill processes that write, one after the other on one store, and look after each kill."""
    chance = random.Random(kills)
    expected = Expected(SIZE)
    reached = 0
    for _ in range(kills):
        writer = python("-m", "tests.stores.writing_process", path, reached + 1, SIZE, "inf", *sabotage)
        assert writer.stdout
        told = [writer.stdout.readline() for _ in range(chance.randint(1, MOST_COMMITS))]
        for _ in range(chance.randint(0, MOST_SPINS)):
            pass
        writer.send_signal(SIGKILL)
        told += writer.stdout.readlines()
        assert writer.wait() == -SIGKILL
        assert [int(line) for line in told] == list(range(reached + 1, reached + 1 + len(told)))
        reached = look(path, expected, acknowledged=reached + len(told))


def look(path: Path, expected: Expected, acknowledged: int) -> int:
    """Check what a kill has left, and return the number of the last commit."""
    with closing(SqliteStore(path)) as store:
        last = int(store.recall("last"))
        assert last in {acknowledged, acknowledged + 1}
        assert contents(store) == expected.after(last)
        assert store._writer.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return last


def test_what_was_acknowledged_survives(python, path: Path):
    kill_again_and_again(python, path, kills=5)


def test_an_acknowledgement_that_comes_too_early_is_noticed(python, path: Path):
    with pytest.raises(AssertionError):
        kill_again_and_again(python, path, 50, "early")


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_what_was_acknowledged_survives_many_kills(python, path: Path):
    kill_again_and_again(python, path, kills=200)
