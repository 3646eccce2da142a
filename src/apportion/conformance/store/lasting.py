"""S1, S5 and S6 over time: many threads, closing, opening again, and one holder at a time."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

from apportion.conformance.claims import equal, refused
from apportion.conformance.store.place import Check, Place, inserted, moved, task
from apportion.conformance.store.values import FULL
from apportion.errors import StoreError, StoreHeldError
from apportion.model.lifecycle import TaskState
from apportion.ports import Insert, Remember, TaskFilter

THREADS = 8


def s5_one_of_many_threads_wins(place: Place) -> None:
    """All try to assign each task under a lease of their own."""
    tasks = [task(f"task-{number}") for number in range(20)]
    store = inserted(place, *tasks)
    together = Barrier(THREADS)

    def assign(lease: int) -> list[bool]:
        together.wait()
        return [store.commit([moved(each, TaskState.ASSIGNED, lease=lease)])[0] for each in tasks]

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(assign, range(1, THREADS + 1)))
    for index, each in enumerate(tasks):
        winners = [lease for lease, answer in enumerate(answers, start=1) if answer[index]]
        kept = store.get(each.id)
        equal(
            winners,
            [kept.lease] if kept else None,
            "exactly one thread is told that it won, and it is the one that did",
        )
    store.close()


def s5_reads_see_whole_commits(place: Place) -> None:
    """While one thread writes, the others never see half of a commit."""
    store = place.open()

    def write() -> None:
        for number in range(50):
            store.commit([Insert(task(f"{number:02}-{part}")) for part in "ab"])

    def count(_reader: int) -> int:
        return len(store.page(TaskFilter(), 1000)[0])

    with ThreadPoolExecutor(THREADS) as threads:
        writing = threads.submit(write)
        while not writing.done():
            for answer in threads.map(count, range(THREADS)):
                equal(answer % 2, 0, "a read sees the whole of a commit or nothing of it")
        writing.result()
    equal(store.counts()[TaskState.QUEUED], 100, "every commit is there")
    store.close()


def s1_what_was_committed_is_found_again(place: Place) -> None:
    """By a store that is opened at the same place later."""
    if not place.durable:
        return
    waiting = task("waiting", rank=1.0)
    store = inserted(place, FULL, waiting)
    store.commit([Remember("learned", {"a": 1})])
    store.close()
    store = place.open()
    equal(store.get("full"), FULL, "a task is found again")
    equal(store.queued("default", 9), [waiting], "the queue is found again")
    equal(store.recall("learned"), {"a": 1}, "a document is found again")
    counts = {**dict.fromkeys(TaskState, 0), TaskState.FAILED: 1, TaskState.QUEUED: 1}
    equal(store.counts(), counts, "the counts are found again")
    equal(store.commit([Insert(FULL), Insert(replace(FULL, id="other"))]), [False, False], "ids and keys stay taken")
    equal(store.commit([Insert(task("new"))]), [True], "new ones are taken")
    equal(store.get("full"), FULL, "a new task leaves the old ones alone")
    store.close()


def s6_a_second_is_refused_and_told_who_holds_it(place: Place) -> None:
    """While the first goes on."""
    if not place.durable:
        return
    store = place.open()
    refusal = refused(StoreHeldError, "a second store at the same place is refused", place.open)
    if str(os.getpid()) not in refusal.holder:
        raise AssertionError(f"the refusal names the process that holds the store: {refusal}")
    equal(store.commit([Insert(task("a"))]), [True], "the first goes on")
    store.close()
    place.open().close()


def a_closed_store_says_so(place: Place) -> None:
    """Closing twice is no mistake; using it after is."""
    store = place.open()
    store.close()
    store.close()
    for name, call in {
        "commit": lambda: store.commit([Insert(task("a"))]),
        "get": lambda: store.get("a"),
        "queued": lambda: store.queued("default", 1),
        "assigned": lambda: list(store.assigned()),
        "counts": store.counts,
    }.items():
        refused(StoreError, f"{name} of a closed store is refused", call)


def a_backup_is_whole_and_replaces_nothing(place: Place) -> None:
    """It is written aside first; what is there already stays."""
    store = inserted(place, FULL, task("a"))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        store.backup(str(copy))
        written = copy.read_bytes()
        equal([path.name for path in Path(folder).iterdir()], ["copy"], "a backup is one file")
        refused(StoreError, "a backup to where something is is refused", store.backup, str(copy))
        refused(StoreError, "so is one to a missing folder", store.backup, str(Path(folder, "missing", "copy")))
        equal(copy.read_bytes(), written, "what is there stays as it is")
    equal(store.commit([Insert(task("b"))]), [True], "the store goes on after a backup")
    store.close()


CHECKS: tuple[Check, ...] = (
    s5_one_of_many_threads_wins,
    s5_reads_see_whole_commits,
    s1_what_was_committed_is_found_again,
    s6_a_second_is_refused_and_told_who_holds_it,
    a_closed_store_says_so,
    a_backup_is_whole_and_replaces_nothing,
)
