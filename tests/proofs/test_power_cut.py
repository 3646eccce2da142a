"""A power cut at any moment: nothing acknowledged is lost, nothing is half there, and the file is whole.

A real process writes; its writes and syncs are recorded (by strace), and between them what it told. Then the power is
cut, on paper, after any number of these events: what was not synced by then is there or not, sector by sector.
"""

import shutil
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from apportion.errors import StoreError
from apportion.stores.sqlite import SqliteStore
from tests.proofs.recorded_disk import Disk, Event, record
from tests.stores.commits import Expected, contents

ROOT = Path(__file__).resolve().parents[2]
IN_MEMORY = Path("/dev/shm")
"""Where images of the disk are laid out, if it is there: tens of thousands of them need no real disk."""


@dataclass(frozen=True, slots=True)
class Workload:
    """What the process does.

    Attributes:
        size: tasks of each kind in a commit.
        commits: how many.
        log_pages: at how many pages the log is moved into the database; as delivered 1,000. Fewer: more often.
    """

    size: int
    commits: int
    log_pages: int


WORKLOADS = {
    "single tasks": Workload(1, 400, 40),
    "small groups": Workload(4, 300, 150),
    "as delivered": Workload(12, 200, 1000),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if shutil.which("strace") is None:
        pytest.skip("strace is absent: make services")
    folder = tmp_path / "disk"
    folder.mkdir()
    SqliteStore(folder / "tasks.db").close()
    return folder


def recorded(folder: Path, workload: Workload, *sabotage: str) -> tuple[Disk, list[Event]]:
    """Let a process write, and return the disk as it was before with what happened to it."""
    before = {"tasks.db": (folder / "tasks.db").read_bytes()}
    program = [sys.executable, "-m", "tests.stores.writing_process", str(folder / "tasks.db"), "1"]
    settings = [str(workload.size), str(workload.commits), f"wal_autocheckpoint = {workload.log_pages}", *sabotage]
    happened = record(folder, [*program, *settings], cwd=ROOT)
    counting = [event for event in happened if event.kind == "told" or event.name in {"", "tasks.db", "tasks.db-wal"}]
    last = max(index for index, event in enumerate(counting) if event.kind == "told")
    return Disk(before), counting[: last + 1]


def cut(disk: Disk, happened: list[Event], cuts: int, size: int) -> Counter[str]:
    """Cut the power that often, and return how often each thing was found afterwards."""
    chance = Random(cuts)
    moments = Counter(chance.randrange(len(happened) + 1) for _ in range(cuts))
    expected, found, acknowledged = Expected(size), Counter[str](), 0
    with TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as name:
        for moment in range(len(happened) + 1):
            for _ in range(moments[moment]):
                found[look(Path(name), disk.after_a_cut(chance), expected, acknowledged)] += 1
            if moment < len(happened):
                event = happened[moment]
                acknowledged = int(event.data) if event.kind == "told" else acknowledged
                if event.kind != "told":
                    disk.happen(event)
    return found


def look(folder: Path, files: dict[str, bytes], expected: Expected, acknowledged: int) -> str:
    """Lay out what is left, open it as a store, and say what was found."""
    for leftover in folder.iterdir():
        leftover.unlink()
    for name, left in files.items():
        (folder / name).write_bytes(left)
    try:
        with closing(SqliteStore(folder / "tasks.db")) as store:
            if store._writer.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                return "corrupt"
            last = store.recall("last") or 0
            if contents(store) != expected.after(last):
                return "half there"
    except (StoreError, sqlite3.DatabaseError):
        return "corrupt"
    return "kept" if acknowledged <= last <= acknowledged + 1 else "lost"


def test_a_power_cut_loses_nothing_acknowledged(folder: Path):
    cut_while_it_writes(folder, WORKLOADS["small groups"], 100)


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=list(WORKLOADS))
def test_ten_thousand_power_cuts_lose_nothing_acknowledged(folder: Path, workload: Workload):
    cut_while_it_writes(folder, workload, 10_000)


def cut_while_it_writes(folder: Path, workload: Workload, cuts: int) -> None:
    disk, happened = recorded(folder, workload)
    assert sum(event.kind == "told" for event in happened) == workload.commits
    assert sum(event == Event("synced", "tasks.db") for event in happened) >= 2, "the log was moved more than once"
    assert cut(disk, happened, cuts, workload.size) == {"kept": cuts}


def test_commits_that_do_not_wait_for_the_disk_are_noticed(folder: Path):
    workload = WORKLOADS["single tasks"]
    disk, happened = recorded(folder, workload, "synchronous = NORMAL")
    found = cut(disk, happened, 100, workload.size)
    assert found["lost"] > 10
    assert found.keys() <= {"kept", "lost"}


@pytest.mark.proof
def test_a_log_that_is_moved_without_syncs_is_noticed(folder: Path):
    workload = WORKLOADS["single tasks"]
    disk, happened = recorded(folder, workload, "synchronous = OFF")
    found = cut(disk, happened, 100, workload.size)
    assert found["corrupt"] + found["half there"] > 10
