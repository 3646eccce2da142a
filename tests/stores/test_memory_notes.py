"""The store in memory keeps the latest lines of the record, and not all: a process lives long."""

from apportion.ports import Note
from apportion.stores.memory import MOST_NOTES, MemoryStore


def test_the_latest_lines_are_kept():
    store = MemoryStore()
    store.commit([Note(float(number), number) for number in range(MOST_NOTES + 500)])
    kept = [line for _, line in store.notes(2 * MOST_NOTES)]
    assert 0.9 * MOST_NOTES <= len(kept) <= MOST_NOTES
    assert kept == list(range(kept[0], MOST_NOTES + 500))
