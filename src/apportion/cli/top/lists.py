"""The two lists: workers and tasks, a row each, kept where the reader has put the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import DataTable

from apportion.cli.bars import load_bar
from apportion.cli.durations import precise
from apportion.cli.remote.views.task_list import STATE_STYLES, age
from apportion.cli.remote.views.worker_list import STATUS_STYLES
from apportion.cli.terminal import harmless, plain

if TYPE_CHECKING:
    from apportion.client import TaskView, WorkerView

Row = tuple[str, list[Text]]
"""An id, and the cells."""

BAR = 6
LONGEST_NAME = 20
LONGEST_ID = 36
"""Characters: those of a UUID."""


class Listing(DataTable[Text]):
    """A table whose rows are known by ids.

    Args:
        columns: their names.
        id: of the widget.
    """

    def __init__(self, columns: Sequence[str], id: str) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=False, cell_padding=1)
        self._ids: list[str] = []
        for name in columns:
            self.add_column(name, key=name)

    def fill(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor stays on the one that it is on, wherever that is now."""
        chosen, place = self.chosen, self.cursor_row
        self.clear()
        self._ids = [id for id, _ in rows]
        for _, cells in rows:
            self.add_row(*cells)
        if chosen in self._ids:
            place = self._ids.index(chosen)
        if self._ids:
            self.move_cursor(row=min(place, len(self._ids) - 1), animate=False)

    @property
    def chosen(self) -> str | None:
        """The id under the cursor; None: there is no row."""
        return self._ids[self.cursor_row] if 0 <= self.cursor_row < len(self._ids) else None


WORKER_COLUMNS = ("worker", "status", "load", "held", "done", "success", "mean", "capabilities")
TASK_COLUMNS = ("task", "state", "age", "type", "worker", "tenant", "error")


def worker_row(worker: WorkerView) -> Row:
    """Return the row of a worker."""
    metrics = worker.metrics
    done = metrics["tasks_completed"] + metrics["tasks_failed"]
    return worker.id, [
        _cut(worker.id, LONGEST_NAME),
        Text(worker.status, style=STATUS_STYLES[worker.status]),
        load_bar(worker.current_load, worker.max_capacity, BAR),
        Text(str(worker.held), justify="right"),
        Text(str(done), justify="right"),
        Text(f"{metrics['success_rate']:.0%}" if done else "", justify="right"),
        Text(precise(metrics["average_task_duration"]) if metrics["tasks_completed"] else "", justify="right"),
        plain(", ".join(worker.capabilities), "dim"),
    ]


def task_row(task: TaskView, now: float) -> Row:
    """Return the row of a task."""
    return task.id, [
        _cut(task.id, LONGEST_ID),
        Text(task.state, style=STATE_STYLES[task.state]),
        Text(age(now - task.created_at), justify="right"),
        _cut(task.task_type, LONGEST_NAME),
        _cut(task.assigned_worker or "", LONGEST_NAME),
        _cut(task.tenant, LONGEST_NAME),
        plain(task.error or "", "dim"),
    ]


def _cut(name: str, most: int) -> Text:
    """Return a name that leaves room for the other columns; Enter shows all of it."""
    shown = harmless(name)
    return Text(shown if len(shown) <= most else f"{shown[: most - 1]}…")
