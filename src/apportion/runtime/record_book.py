"""The record of decisions, read as it is exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from apportion.model.task_record import Task
from apportion.runtime.decision_line import decision_line


class RecordBook(Protocol):
    """Reads what a store has of decisions, while another process may go on writing."""

    def count(self) -> int:
        """Return how many lines there are, roughly."""
        ...

    def lines(self) -> Iterator[Any]:
        """Yield the lines in the order of writing."""
        ...

    def running(self) -> list[Task]:
        """Return the tasks that some worker holds: their decisions have no outcome yet."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


def exported(book: RecordBook) -> Iterator[dict[str, Any]]:
    """Yield all lines: those with an outcome in the order in which that came, then those that still run."""
    yield from book.lines()
    for task in book.running():
        yield decision_line(task, task, task.requirements, None)
