"""How fast stores are: whole task lives by the size of the commits, and reads and commits beside a long queue.

``python -m bench.store [--folder FOLDER] [--queued N]`` prints one JSON object a line, and keeps them in bench/out. A
life is three changes: submit, assign, succeed. Each commit waits for the disk that FOLDER lies on, which decides the
small groups.
"""

import argparse
import json
import os
import resource
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any

from apportion.clock import stopwatch
from apportion.model.lifecycle import TaskState
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.ports import Change, Insert, TaskStore, Transition
from apportion.stores.memory import MemoryStore
from apportion.stores.sqlite import SqliteStore

OUT = Path(__file__).parent / "out"

LIVES = {1: 2_000, 10: 10_000, 100: 50_000, 1000: 50_000}
"""By the size of the commits: how many lives are measured."""

ROUNDS = 3
"""The best is told: the others shared the machine."""

READS = 300

REQUIREMENTS = TaskRequirements(capabilities=["python"], complexity=2, task_type="lint")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the files are made; by default where temporary files are")
    parser.add_argument("--queued", type=int, default=1_000_000, help="how long the long queue is; 0: leave it out")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []

    def say(row: dict[str, Any]) -> None:
        rows.append(row)
        print(json.dumps(row), flush=True)

    say({"bench": "store", "sqlite": sqlite3.sqlite_version, "cores": os.cpu_count()})
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        if options.queued:  # first, while nothing else has taken memory
            with closing(SqliteStore(fresh(name))) as store:
                say(measured_queue(store, range(READS)))
                fill(store, range(READS, options.queued))
                say(measured_queue(store, range(options.queued, options.queued + READS)))
        for size, lives in LIVES.items():
            say(measured_lives("sqlite", lambda: SqliteStore(fresh(name)), size, lives))
            say(measured_lives("memory", MemoryStore, size, lives))
    OUT.mkdir(exist_ok=True)
    (OUT / "store.json").write_text("".join(json.dumps(row) + "\n" for row in rows))


def fresh(folder: str) -> Path:
    return Path(tempfile.mkdtemp(dir=folder), "tasks.db")


def measured_lives(kind: str, make: Callable[[], TaskStore], size: int, lives: int) -> dict[str, Any]:
    best = float("inf")
    for _ in range(ROUNDS):
        commits = list(life_commits(lives, size))
        with closing(make()) as store:
            began = stopwatch()
            for changes in commits:
                store.commit(changes)
            best = min(best, stopwatch() - began)
    return {
        "store": kind,
        "group": size,
        "lives_per_second": round(lives / best),
        "commits_per_second": round(len(commits) / best),
    }


def life_commits(lives: int, size: int) -> Iterator[list[Change]]:
    for start in range(0, lives, size):
        tasks = [new_task(number) for number in range(start, start + size)]
        held = [replace(task, state=TaskState.ASSIGNED, lease=1, attempt=1, assigned_worker="w-1") for task in tasks]
        ended = [replace(task, state=TaskState.SUCCEEDED, result={"ok": True}, duration=0.1) for task in held]
        yield [Insert(task) for task in tasks]
        yield [Transition(task, TaskState.QUEUED, 0) for task in held]
        yield [Transition(task, TaskState.ASSIGNED, 1) for task in ended]


def new_task(number: int) -> Task:
    payload = {"command": ["ruff", "check", "src"], "number": number}
    id = (
        f"0195f3c2-{number >> 16:04x}-7{number >> 4 & 0xFFF:03x}-8{number & 0xF:03x}-{number * 2654435761 % 2**48:012x}"
    )
    return Task(id, "lint", payload=payload, requirements=REQUIREMENTS, rank=float(number))


def fill(store: TaskStore, numbers: range) -> None:
    for start in numbers[:: max(LIVES)]:
        store.commit([Insert(new_task(number)) for number in range(start, min(numbers.stop, start + max(LIVES)))])


def measured_queue(store: TaskStore, numbers: range) -> dict[str, Any]:
    """Measure what is done beside a queue, which grows by tasks of these numbers."""
    queued = store.counts()[TaskState.QUEUED]
    middle = (queued / 2, "")
    return {
        "queued": queued,
        "resident_peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "submit_ms": times([partial(store.commit, [Insert(new_task(number))]) for number in numbers]),
        "first_64_ms": times([partial(store.queued, 64)] * READS),
        "next_64_ms": times([partial(store.queued, 64, middle)] * READS),
        "counts_ms": times([store.counts] * READS),
    }


def times(calls: list[Callable[[], object]]) -> dict[str, float]:
    taken: list[float] = []
    for call in calls:
        began = stopwatch()
        call()
        taken.append((stopwatch() - began) * 1000)
    cuts = quantiles(taken, n=100)
    return {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3)}


if __name__ == "__main__":
    main()
