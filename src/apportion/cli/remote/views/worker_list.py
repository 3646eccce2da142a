"""Workers: all of them as a table, or one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from apportion.cli.bars import load_bar
from apportion.cli.durations import precise
from apportion.cli.remote.views.task_list import age
from apportion.cli.tables import dense_table
from apportion.cli.terminal import plain

if TYPE_CHECKING:
    from apportion.wire.tasks import TaskView
    from apportion.wire.workers import WorkerView

STATUS_STYLES = {"idle": "green", "busy": "cyan", "overloaded": "bold yellow", "draining": "yellow", "offline": "red"}
BAR = 8


def worker_list(workers: Sequence[WorkerView]) -> RenderableType:
    """Return workers as a table."""
    if not workers:
        return Text("no workers: start one with apportion worker, or use apportion up", style="dim")
    table = dense_table()
    table.add_column("worker", no_wrap=True, overflow="ellipsis", max_width=24)
    table.add_column("status", no_wrap=True)
    table.add_column("load", no_wrap=True)
    table.add_column("done", no_wrap=True, justify="right")
    table.add_column("success", no_wrap=True, justify="right")
    table.add_column("mean", no_wrap=True, justify="right")
    table.add_column("capabilities", no_wrap=True, overflow="ellipsis")
    for worker in workers:
        done = worker.metrics["tasks_completed"] + worker.metrics["tasks_failed"]
        table.add_row(
            plain(worker.id),
            Text(worker.status, style=STATUS_STYLES[worker.status]),
            load_bar(worker.current_load, worker.max_capacity, BAR),
            str(done),
            f"{worker.metrics['success_rate']:.0%}" if done else "",
            precise(worker.metrics["average_task_duration"]) if worker.metrics["tasks_completed"] else "",
            plain(", ".join(worker.capabilities), "dim"),
        )
    return table


def worker_view(worker: WorkerView, held: Sequence[TaskView], now: float) -> RenderableType:
    """Return a worker, and what it holds."""
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column()
    metrics = worker.metrics
    done = metrics["tasks_completed"] + metrics["tasks_failed"]
    rows: dict[str, Any] = {
        "where": "another process, by HTTP" if worker.remote else "a part of the service",
        "can": ", ".join(worker.capabilities) or "nothing in particular",
        "takes": "all types" if worker.task_types is None else ", ".join(worker.task_types),
        "kind": worker.kind,
        "region": worker.region,
        "labels": ", ".join(f"{name}={value}" for name, value in worker.labels.items()),
        "done": f"{done} tasks, {metrics['tasks_failed']} of them failed" if done else "nothing yet",
        "mean": precise(metrics["average_task_duration"]) if metrics["tasks_completed"] else None,
        "last failure": age(now - metrics["last_failure_at"]) + " ago" if metrics["last_failure_at"] else None,
    }
    for name, value in rows.items():
        if value:
            facts.add_row(name, plain(value))
    parts: list[RenderableType] = [
        Text.assemble(plain(worker.id, "bold"), " is ", (worker.status, STATUS_STYLES[worker.status]), "  "),
        load_bar(worker.current_load, worker.max_capacity, 2 * BAR),
        Text(),
        facts,
    ]
    if held:
        parts += [Text(), Text("holds", style="bold"), *(_held(task, now) for task in held)]
    return Group(*parts)


def _held(task: TaskView, now: float) -> Text:
    since = "" if task.assigned_at is None else f", {age(now - task.assigned_at)}"
    return Text.assemble("  ", plain(task.id), plain(f" ({task.task_type}{since})", "dim"))
