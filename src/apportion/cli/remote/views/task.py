"""One task and its story: what it wants, what became of it and when, and why it is where it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from apportion.cli.durations import precise, short
from apportion.cli.remote.views.explanation import decision_words, explained
from apportion.cli.remote.views.task_list import STATE_STYLES, age
from apportion.cli.terminal import plain

if TYPE_CHECKING:
    from apportion.wire.looking_closer import TaskHistory
    from apportion.wire.tasks import TaskExplained, TaskView

LONGEST_VALUE = 400
"""Characters of a payload or result that are shown; ``--json`` has all of it."""

_LEFT_OUT = {"task_type": None, "complexity": 1, "priority": 5, "explore": True}


def task_view(task: TaskView, history: TaskHistory, why: TaskExplained | None, now: float) -> RenderableType:
    """Return a task.

    Args:
        task: as it is.
        history: what happened to it, as far as the service remembers.
        why: why it is where it is; None: nobody asked.
        now: Unix seconds.
    """
    parts: list[RenderableType] = [
        Text.assemble(plain(task.id, "bold"), " is ", (task.state, STATE_STYLES[task.state] or "bold")),
        Text(),
        _facts(task, now),
        Text(),
        *_story(task, history, now),
    ]
    if why is not None and task.state in {"queued", "assigned"}:
        parts += [Text(), Text.assemble(("why: ", "bold"), plain(why.reason))]
    if why is not None and why.now is not None:
        parts += [Text(), explained(why.now)]
    return Group(*parts)


def _facts(task: TaskView, now: float) -> Table:
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column()
    rows: dict[str, Any] = {
        "type": task.task_type,
        "submitted": f"{_date(task.created_at)} ({age(now - task.created_at)} ago)",
        "tenant": task.tenant if task.tenant != "default" else None,
        "needs": _needs(task.requirements),
        "payload": _value(task.payload),
        "attempts": f"{task.attempt} given, at most {task.max_attempts} may fail" if task.attempt else None,
        "time-out": None if task.timeout is None else short(task.timeout),
        "result": _value(task.result),
        "error": task.error,
    }
    for name, value in rows.items():
        if value:
            facts.add_row(name, plain(value, "red" if name == "error" and task.state == "failed" else ""))
    return facts


def _needs(requirements: dict[str, Any]) -> str:
    """Return what is out of the ordinary in the requirements."""
    said = {name: value for name, value in requirements.items() if value not in (None, [], _LEFT_OUT.get(name, ""))}
    said.pop("task_type", None)
    return ", ".join(f"{name} {_words(value)}" for name, value in said.items())


def _words(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):  # pyright: ignore[reportUnknownVariableType]
        return " ".join(value)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _value(value: Any) -> str | None:
    if value is None:
        return None
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… ({len(text)} characters; --json has all)"


def _story(task: TaskView, history: TaskHistory, now: float) -> Iterator[Text]:
    """Yield what happened to a task, a line each: from the record where the service remembers no more."""
    if not (history.events and history.complete):
        yield _line(task, task.created_at, Text("submitted"))
    for event in history.events:
        yield _line(task, event["at"], _happened(event, task))
    if not history.events and task.assigned_at is not None and task.assigned_worker is not None:
        yield _line(task, task.assigned_at, _given(task.attempt, task.assigned_worker, task))
    if task.finished_at is not None and not any(event["state"] == task.state for event in history.events):
        yield _line(task, task.finished_at, _ended(task))
    if task.state == "queued" and task.not_before is not None and task.not_before > now:
        yield _line(task, task.not_before, Text(f"may start, in {short(task.not_before - now)}", style="dim"))


def _line(task: TaskView, at: float, what: Text) -> Text:
    """Return a line that begins with the time since the task was submitted."""
    return Text.assemble((f"{precise(max(0.0, at - task.created_at)):>9}  ", "dim"), what)


def _happened(event: Mapping[str, Any], task: TaskView) -> Text:
    kind = str(event["event"]).removeprefix("task-")
    if kind == "queued":
        return Text("submitted" if event["attempt"] == 0 else "queued again, by request")
    if kind == "assigned":
        return _given(event["attempt"], str(event["worker_id"]), task)
    if kind == "requeued":
        again = f"; again in {precise(event['delay'])}" if event["delay"] else ""
        return Text.assemble(
            plain(f"attempt {event['attempt']} on {event['worker_id']} "),
            ("failed" if event["counted"] else "was cut short, which does not count", "yellow"),
            plain(f": {event['reason']}{again}"),
        )
    return _ended(task) if event["state"] == task.state else plain(kind)


def _given(attempt: int, worker_id: str, task: TaskView) -> Text:
    line = Text.assemble(f"attempt {attempt} given to ", plain(worker_id, "bold"))
    return line.append_text(plain(decision_words(task.decision) if attempt == task.attempt else "", "dim"))


def _ended(task: TaskView) -> Text:
    ran = "" if task.duration is None else f" after {precise(task.duration)}"
    return Text.assemble((task.state, STATE_STYLES[task.state]), ran)


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
