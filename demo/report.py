"""What the sample looked like in the end: by worker, by type, what failed, and what nobody could take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from apportion.cli.durations import precise, short
from apportion.cli.tables import ruled_table
from apportion.cli.terminal import plain
from apportion.client import TaskView, WorkerView

FAILURES_SHOWN = 6


def report(tasks: Sequence[TaskView], workers: Iterable[WorkerView], seconds: float) -> RenderableType:
    """Return the report."""
    failed = [task for task in tasks if task.state == "failed"]
    states = {state: sum(task.state == state for task in tasks) for state in ("succeeded", "failed", "queued")}
    verdict = Text(f"{len(tasks)} tasks in {short(seconds)}: ", style="bold")
    verdict.append(f"{states['succeeded']} succeeded, {states['failed']} failed, {states['queued']} wait")
    shown = [plain(f"  ✗ {task.id} ({task.task_type}): {task.error}") for task in failed[:FAILURES_SHOWN]]
    if len(failed) > FAILURES_SHOWN:
        shown.append(Text(f"  and {len(failed) - FAILURES_SHOWN} more", style="dim"))
    return Group(_by_worker(workers), Text(), _by_type(tasks), Text(), verdict, *shown)


def _by_worker(workers: Iterable[WorkerView]) -> Table:
    table = _table("worker", "capacity", "succeeded", "failed attempts", "mean")
    for worker in workers:
        metrics = worker.metrics
        mean = precise(metrics["average_task_duration"]) if metrics["tasks_completed"] else ""
        done, failed = metrics["tasks_completed"], metrics["tasks_failed"]
        table.add_row(plain(worker.id), f"{worker.max_capacity:g}", str(done), str(failed), mean)
    return table


def _by_type(tasks: Iterable[TaskView]) -> Table:
    types: dict[str, list[TaskView]] = defaultdict(list)
    for task in tasks:
        types[task.task_type].append(task)
    table = _table("task type", "tasks", "failed", "mean wait", "mean")
    for name, of_type in sorted(types.items()):
        waits = [task.assigned_at - task.created_at for task in of_type if task.assigned_at is not None]
        durations = [task.duration for task in of_type if task.duration is not None]
        failed = sum(task.state == "failed" for task in of_type)
        table.add_row(plain(name), str(len(of_type)), str(failed), _mean(waits), _mean(durations))
    return table


def _mean(values: Sequence[float]) -> str:
    return precise(max(0.0, sum(values) / len(values))) if values else ""


def _table(*columns: str) -> Table:
    table = ruled_table()
    table.add_column(columns[0], no_wrap=True, max_width=28, overflow="ellipsis")
    for name in columns[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    return table
