"""What is printed when a run is over: a table of the workers, one of the task types, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from apportion.batch.logs import log_path
from apportion.batch.summary import Summary
from apportion.cli.durations import precise, short
from apportion.cli.terminal import plain

FAILURES_SHOWN = 10
WORKERS_SHOWN = 60


def summary_view(summary: Summary) -> RenderableType:
    """Return the summary of a run that is over, or that was ended before it was done."""
    parts: list[RenderableType] = []
    if summary.types:
        parts += [_workers(summary), Text(), _types(summary), Text()]
    parts.append(_verdict(summary))
    parts += _failures(summary)
    parts.append(plain(f"results: {summary.results}"))
    return Group(*parts)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column(columns[0], no_wrap=True, max_width=28, overflow="ellipsis")
    for name in columns[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _workers(summary: Summary) -> RenderableType:
    table = _table("worker", "tasks", "failures", "busy", "utilisation")
    for row in summary.workers[:WORKERS_SHOWN]:
        table.add_row(
            plain(row.id),
            str(row.tasks),
            Text(str(row.failures), style="red" if row.failures else "dim"),
            precise(row.busy),
            f"{row.utilisation:.0%}",
        )
    hidden = len(summary.workers) - WORKERS_SHOWN
    return Group(table, Text(f"and {hidden} more workers", style="dim")) if hidden > 0 else table


def _types(summary: Summary) -> RenderableType:
    table = _table("task type", "count", "failed", "mean", "p95")
    for row in summary.types:
        table.add_row(
            plain(row.task_type),
            str(row.count),
            Text(str(row.failed), style="red" if row.failed else "dim"),
            "" if row.mean is None else precise(row.mean),
            "" if row.p95 is None else precise(row.p95),
        )
    return table


def _verdict(summary: Summary) -> Text:
    """Return the outcome in one line: how many tasks, how they ended, how long it took."""
    line = Text(f"{summary.total} {'task' if summary.total == 1 else 'tasks'}: ", style="bold")
    counted = [(summary.succeeded, "succeeded", "green"), (summary.failed, "failed", "bold red")]
    counted += [(summary.cancelled, "cancelled", "yellow"), (summary.waiting, "not done", "yellow")]
    shown = [(number, words, style) for number, words, style in counted if number or words == "succeeded"]
    line.append_text(Text(", ").join(Text(f"{number} {words}", style=style) for number, words, style in shown))
    if summary.before:
        line.append(f" ({summary.before} of them in earlier runs)")
    return line.append(f", in {short(summary.wall) if summary.wall >= 10 else precise(summary.wall)}")


def _failures(summary: Summary) -> Iterator[RenderableType]:
    """Yield each failure with its log, which says more than fits here, and what to do about them."""
    if not summary.failures:
        return
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=3, justify="right", style="red")
    table.add_column()
    for failure in summary.failures[:FAILURES_SHOWN]:
        log = log_path(Path(summary.logs), failure["id"])
        table.add_row("✗", _failure(failure))
        if log.exists():
            table.add_row("", plain(log, "dim"))
    yield table
    hidden = len(summary.failures) - FAILURES_SHOWN
    if hidden > 0:
        yield Text(f"  and {hidden} more; they are the lines of the results with the state failed", style="dim")
    yield Text("Once their cause is mended, the same command with --retry-failed tries these again.")


def _failure(failure: dict[str, Any]) -> Text:
    attempts = failure["attempts"]
    times = f", {attempts} attempts" if attempts > 1 else ""
    return Text.assemble(plain(failure["id"], "bold"), plain(f": {failure['error']}{times}"))
