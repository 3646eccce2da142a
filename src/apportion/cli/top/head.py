"""The lines above and below the lists: how the service is, how the queue is, what failed last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from apportion.cli.durations import precise, short
from apportion.cli.remote.views.task_list import age
from apportion.cli.terminal import harmless, plain

if TYPE_CHECKING:
    from apportion.client import TaskView
    from apportion.wire.overview import Overview

BARS = "▁▂▃▄▅▆▇█"
TYPES_SHOWN = 6
FAILURES_SHOWN = 3

_SEVERITIES = {"critical": "bold red", "warning": "bold yellow", "notice": "cyan"}


def head(overview: Overview, url: str, done: Sequence[int], width: int) -> RenderableType:
    """Return six lines: the service, the queue, what is in it, rates and ends, throughput over time, a problem."""
    lines = [_service(overview, url), _queue(overview), _types(overview), _rates(overview)]
    lines += [_throughput(done, overview.series.step, width), _problem(overview)]
    return Group(*(_one_line(line) for line in lines))


def away(url: str, why: str) -> RenderableType:
    """Return the same lines where no service answers."""
    return Group(
        Text.assemble(("apportion ", "bold"), plain(url)),
        _one_line(plain(why, "bold red")),
        Text("it is asked again until there is one", style="dim"),
    )


def _one_line(line: Text) -> Text:
    line.no_wrap, line.overflow = True, "ellipsis"
    return line


def _service(overview: Overview, url: str) -> Text:
    service = overview.service
    state = " draining" if service.draining else ""
    up = short(max(0.0, overview.at - service.started_at))
    line = Text.assemble(("apportion ", "bold"), plain(url), (f"  {service.strategy}, {service.order}", "cyan"))
    return line.append(f"  up {up}", "dim").append(state, "bold yellow")


def _queue(overview: Overview) -> Text:
    queue, fleet, rates = overview.queue, overview.fleet, overview.rates
    oldest = "" if queue.oldest is None else f" (oldest {age(queue.oldest)})"
    line = Text.assemble((f"{queue.waiting} waiting{oldest}", "bold"), f"  {queue.held} held")
    line.append(f"  load {fleet.load:g}/{fleet.capacity:g}", "cyan")
    if rates.wait_p50 is not None and rates.wait_p95 is not None:
        line.append(f"  wait {precise(rates.wait_p50)}, 95 % {precise(rates.wait_p95)}", "dim")
    return line


def _types(overview: Overview) -> Text:
    waiting = [each for each in overview.queue.by_type if each.waiting][:TYPES_SHOWN]
    if not waiting:
        return Text("nothing waits", style="dim")
    types = Text("  ").join(plain(f"{each.name} {each.waiting}") for each in waiting)
    return Text.assemble(("by type: ", "dim"), types)


def _rates(overview: Overview) -> Text:
    rates = overview.rates
    line = Text.assemble((f"{rates.submitted:.1f}/s in, ", "dim"), (f"{rates.succeeded:.1f}/s done", "green"))
    line.append(f", {rates.failed:.1f}/s failed", "red" if rates.failed else "dim")
    for state, style in (("succeeded", "green"), ("failed", "red"), ("cancelled", "yellow")):
        number = overview.tasks.get(state, 0)
        line.append(f"  {number} {state}", style if number else "dim")
    return line


def _throughput(done: Sequence[int], step: int, width: int) -> Text:
    caption = "done "
    shown = list(done[-(width - len(caption) - 12) :])
    most = max(shown, default=0)
    bars = "".join(BARS[round(each / most * (len(BARS) - 1))] if most else BARS[0] for each in shown)
    return Text.assemble((caption, "dim"), (bars, "green"), (f" {most / step:.1f}/s" if most else "", "dim"))


def _problem(overview: Overview) -> Text:
    if not overview.problems and not overview.fleet.total:
        return Text("no worker is there yet; to start one: apportion worker --allow-commands", style="cyan")
    if not overview.problems:
        return Text("no problems", style="dim")
    worst, others = overview.problems[0], len(overview.problems) - 1
    line = Text.assemble((f"{worst.severity}: ", _SEVERITIES[worst.severity]), plain(worst.title))
    return line.append(f"  and {others} more (p)" if others else "  (p)", "dim")


def problems(overview: Overview) -> RenderableType:
    """Return all problems, and what to do about them."""
    parts: list[RenderableType] = []
    for each in overview.problems:
        parts += [Text.assemble((f"{each.severity}: ", _SEVERITIES[each.severity]), plain(each.title, "bold"))]
        parts += [plain(text, "dim") for text in (each.detail, each.remedy) if text]
        parts.append(Text())
    return Group(*parts) if parts else Text("no problems")


def failures(tasks: Sequence[TaskView], now: float) -> RenderableType:
    """Return the last failures, a line each."""
    last = sorted(tasks, key=lambda task: -(task.finished_at or 0))[:FAILURES_SHOWN]
    if not last:
        return Text("no failed task", style="dim")
    return Group(*(_one_line(_failure(task, now)) for task in last))


def _failure(task: TaskView, now: float) -> Text:
    when = age(now - task.finished_at) if task.finished_at is not None else ""
    id = harmless(task.id)
    line = Text.assemble(("✗ ", "red"), plain(f"{task.task_type} {id if len(id) <= 20 else '…' + id[-12:]}", "bold"))
    return line.append(f" {when} ago: ", "dim").append_text(plain(task.error or "no reason was given"))
