"""What a terminal shows of a run that goes on: how far it is, who runs what, what failed last."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from apportion.batch.tally import Failure, Tally, WorkerTally
from apportion.cli.bars import load_bar
from apportion.cli.durations import clock_face, short
from apportion.cli.terminal import plain
from apportion.model.lifecycle import TaskState

# Lines of the view besides those of the workers: title, bar, counts, failures, and the blanks between them.
OTHER_LINES = 10
FAILURES_SHOWN = 3

# Where workers share lines: a name, a bar, its figures (" 12/16") where they fit, and the gap to the next.
LONGEST_NAME = 14
SHORT_BAR = 4
FIGURES_WIDTH = 6
GAP = 2


def live_view(tally: Tally, title: str, now: float, width: int, height: int) -> RenderableType:
    """Return the view as it is at this moment, for a terminal of this size. It holds nothing that changes later."""
    parts: list[RenderableType] = [
        _title(title, tally, now),
        _progress(tally, now),
        _counts(tally),
        Text(),
        _workers(list(tally.workers.values()), now, width, max(1, height - OTHER_LINES)),
    ]
    if tally.failures:
        parts += [Text(), Text("last failures", style="bold"), *map(_failure, list(tally.failures)[-FAILURES_SHOWN:])]
    return Group(*parts)


def _title(title: str, tally: Tally, now: float) -> RenderableType:
    line = Table.grid(expand=True)
    line.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    line.add_column(justify="right", no_wrap=True)
    line.add_row(plain(title, "bold"), Text(clock_face(now - tally.began), style="bold"))
    return line


def _progress(tally: Tally, now: float) -> RenderableType:
    done = tally.ended.total()
    left = tally.seconds_left(now)
    line = Table.grid(expand=True, padding=(0, 2, 0, 0))
    line.add_column(ratio=1)
    line.add_column(justify="right", no_wrap=True)
    line.add_row(
        ProgressBar(total=max(1, tally.total), completed=done, complete_style="green", finished_style="green"),
        Text.assemble(
            (f"{done}/{tally.total}", "bold"),
            f"  {done / max(1, tally.total):4.0%}",
            f"  {'' if left is None else f'about {short(left)} left':>16}",
        ),
    )
    return line


def _counts(tally: Tally) -> Text:
    failed = tally.ended[TaskState.FAILED]
    waiting = tally.total - tally.ended.total() - tally.running
    counted = [
        (f"{tally.ended[TaskState.SUCCEEDED]} succeeded", "green"),
        (f"{failed} failed", "bold red" if failed else "dim"),
        (f"{tally.retried} retried", "yellow" if tally.retried else "dim"),
        (f"{tally.running} running", "cyan"),
        (f"{waiting} waiting", "dim"),
    ]
    return Text("   ").join(Text(words, style=style) for words, style in counted)


def _workers(workers: Sequence[WorkerTally], now: float, width: int, lines: int) -> RenderableType:
    """Show each worker on a line of its own where there is room, else several on a line, else as many as fit."""
    if len(workers) < lines:
        return _worker_lines(workers, now)
    name_width = min(LONGEST_NAME, max(len(worker.info.id) for worker in workers))
    for figures in (True, False):
        columns = max(1, (width + GAP) // (name_width + (FIGURES_WIDTH if figures else 0) + SHORT_BAR + 1 + GAP))
        if len(workers) <= columns * lines:
            return _worker_cells(workers, columns, name_width, figures=figures)
    room = columns * (lines - 1)
    shown = sorted(workers, key=lambda worker: not worker.running)[:room]
    busy = sum(1 for worker in workers if worker.running) - sum(1 for worker in shown if worker.running)
    hidden = Text(f"and {len(workers) - len(shown)} more workers, {busy} of them busy", style="dim")
    return Group(_worker_cells(shown, columns, name_width, figures=False), hidden)


def _worker_lines(workers: Sequence[WorkerTally], now: float) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), expand=True, header_style="bold", show_edge=False)
    table.add_column("worker", no_wrap=True, max_width=20, overflow="ellipsis")
    table.add_column("load", no_wrap=True)
    table.add_column("runs now", no_wrap=True, overflow="ellipsis", ratio=1)
    for worker in workers:
        running = ", ".join(f"{each.task_id} {short(now - each.since)}" for each in worker.running.values())
        table.add_row(plain(worker.info.id), load_bar(worker.load, worker.info.max_capacity, 10), plain(running))
    return table


def _worker_cells(workers: Sequence[WorkerTally], columns: int, name_width: int, *, figures: bool) -> RenderableType:
    table = Table.grid()
    for _ in range(columns):
        table.add_column(no_wrap=True, width=name_width + 1, overflow="ellipsis")
        table.add_column(no_wrap=True, width=SHORT_BAR + (FIGURES_WIDTH if figures else 0) + GAP)
    for start in range(0, len(workers), columns):
        cells: list[RenderableType] = []
        for worker in workers[start : start + columns]:
            bar = load_bar(worker.load, worker.info.max_capacity, SHORT_BAR, figures=figures)
            cells += [plain(worker.info.id), bar]
        table.add_row(*cells)
    return table


def _failure(failure: Failure) -> Text:
    what = "failed" if failure.final else "tried again"
    line = Text.assemble(
        plain(failure.task_id),
        plain(f" on {failure.worker_id} " if failure.worker_id else " "),
        (f"{what}: ", "red" if failure.final else "yellow"),
        plain(failure.error, "dim"),
    )
    line.no_wrap = True
    line.overflow = "ellipsis"
    return line
