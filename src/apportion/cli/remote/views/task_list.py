"""Tasks as a table: a line each, and what went wrong with those that failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from apportion.cli.durations import precise
from apportion.cli.tables import dense_table
from apportion.cli.terminal import plain

if TYPE_CHECKING:
    from apportion.wire.tasks import TaskView

STATE_STYLES = {"queued": "", "assigned": "cyan", "succeeded": "green", "failed": "bold red", "cancelled": "yellow"}


def task_list(tasks: Sequence[TaskView], now: float, more: str | None) -> RenderableType:
    """Return tasks as a table.

    Args:
        tasks: what is to be shown.
        now: Unix seconds.
        more: what to say where there are more of them; None: there are not.
    """
    if not tasks:
        return Text("no such tasks", style="dim")
    # An id is there to be copied: whatever is cut off, it is not that.
    table = dense_table()
    table.add_column("id", no_wrap=True, min_width=min(36, max(len(task.id) for task in tasks)), overflow="ellipsis")
    table.add_column("type", no_wrap=True, overflow="ellipsis")
    table.add_column("state", no_wrap=True, min_width=9)
    table.add_column("worker", no_wrap=True, overflow="ellipsis")
    table.add_column("age", no_wrap=True, justify="right", min_width=6)
    for task in tasks:
        table.add_row(
            plain(task.id),
            plain(task.task_type),
            Text(task.state, style=STATE_STYLES[task.state]),
            plain(task.assigned_worker or "", "" if task.state != "queued" else "dim"),
            Text(age(now - task.created_at)),
        )
    parts: list[RenderableType] = [table]
    failed = [task for task in tasks if task.state == "failed"]
    if failed:
        parts += [Text(), *map(_failure, failed)]
    if more is not None:
        parts += [Text(), plain(more, "dim")]
    return Group(*parts)


def age(seconds: float) -> str:
    """Return ``3 s``, ``5 min``, ``2 h``, ``4 d``: one unit, for a column."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return precise(max(0.0, seconds)) if seconds < 1 else f"{seconds:.0f} s"


def _failure(task: TaskView) -> Text:
    return Text.assemble(("✗ ", "red"), plain(task.id, "bold"), ": ", plain(task.error or "no reason was given"))
