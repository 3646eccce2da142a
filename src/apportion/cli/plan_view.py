"""What a dry run prints: whom each task would go to now, and why."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from apportion.batch.plan import PlannedTask
from apportion.cli.terminal import plain


def plan_view(planned: Sequence[PlannedTask], strategy: str, ended: int) -> RenderableType:
    """Return the plan: the tasks that start at once, those that wait, and what that means."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column("task", no_wrap=True, max_width=28, overflow="ellipsis")
    table.add_column("goes to", no_wrap=True, max_width=20, overflow="ellipsis")
    table.add_column("why")
    for task in planned:
        goes_to = Text("waits", style="dim") if task.worker is None else plain(task.worker, "green")
        table.add_row(plain(task.id), goes_to, plain(task.why, "" if task.worker else "dim"))
    return Group(table, Text(), *_verdict(planned, strategy, ended))


def _verdict(planned: Sequence[PlannedTask], strategy: str, ended: int) -> list[Text]:
    now = sum(1 for task in planned if task.worker is not None)
    lines = [
        Text(f"{now} of {len(planned)} tasks would start at once, placed by the strategy {strategy}.", style="bold")
    ]
    later = sum(1 for task in planned if task.not_before is not None)
    if later:
        lines.append(
            Text(f"{later} {'is' if later == 1 else 'are'} delayed, and would not start before the time given.")
        )
    if now + later < len(planned):
        lines.append(Text("The others wait: a task is given to a worker only when that worker has room for it."))
    if ended:
        lines.append(Text(f"{ended} more have ended in earlier runs and would not run again."))
    lines.append(Text("This was a dry run: nothing was started and nothing was written."))
    return lines
