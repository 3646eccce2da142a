"""However many tasks wait, they wait on the disk."""

from pathlib import Path

import pytest

A_LONG_QUEUE = """
import resource, sys
from apportion.model.task_record import Task
from apportion.ports import Insert
from apportion.stores.sqlite import SqliteStore

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

store, tasks = SqliteStore(sys.argv[1]), int(sys.argv[2])
before = peak()
for start in range(0, tasks, 1000):
    store.commit([Insert(Task(f"{number:07}", "lint", rank=float(-number))) for number in range(start, start + 1000)])
seen, after = 0, None
while page := store.queued("default", 1000, after):
    seen, after = seen + len(page), (page[-1].rank, page[-1].id)
store.close()
print(seen, peak() - before)
"""


def peak_of(python, path: Path, tasks: int) -> int:
    """Return by how many MiB a process grew that queued so many tasks and read them all."""
    said, _ = python("-c", A_LONG_QUEUE, path, tasks).communicate()
    seen, grown = map(int, said.split())
    assert seen == tasks
    return grown


def test_a_queue_needs_no_memory(python, path: Path):
    assert peak_of(python, path, 20_000) < 30


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_a_queue_of_a_million_needs_no_more(python, path: Path):
    assert peak_of(python, path, 1_000_000) < 30
