"""How the tasks of a file stand in the store of an earlier run: which are new, which wait, which have ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from apportion.batch import strict_json
from apportion.batch.problems import Problems
from apportion.batch.task_line import TaskLine
from apportion.executors.command_payload import DEFAULTS
from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.ports import TaskFilter, TaskStore

PAGE = 1000


@dataclass(slots=True)
class Standing:
    """The tasks of a file, sorted by how far they are.

    Attributes:
        new: those that the store does not know.
        waiting: those that have not ended.
        ended: those that have, as the store has them.
        cancelled: those that were cancelled when they were no longer in the file, and are in it again.
        gone: unfinished tasks of the store that are no longer in the file.
    """

    new: list[TaskLine] = field(default_factory=list[TaskLine])
    waiting: list[Task] = field(default_factory=list[Task])
    ended: list[Task] = field(default_factory=list[Task])
    cancelled: list[Task] = field(default_factory=list[Task])
    gone: list[Task] = field(default_factory=list[Task])


def standing_of(lines: Sequence[TaskLine], store: TaskStore, problems: Problems) -> Standing:
    """Compare the file with the store. A task that is not what it was under its id is noted as a problem."""
    by_id = {line.id: line for line in lines}
    standing = Standing()
    known: set[str] = set()
    for task in all_tasks(store):
        line = by_id.get(task.id)
        if line is None:
            if not task.state.final:
                standing.gone.append(task)
            continue
        known.add(task.id)
        _note_changes(line, task, problems)
        _place(task, standing)
    standing.new = [line for line in lines if line.id not in known]
    return standing


def _place(task: Task, standing: Standing) -> None:
    if not task.state.final:
        standing.waiting.append(task)
    elif task.state is TaskState.CANCELLED:
        standing.cancelled.append(task)
    else:
        standing.ended.append(task)


def all_tasks(store: TaskStore) -> Iterator[Task]:
    """Yield every task of a store."""
    cursor: str | None = ""
    while cursor is not None:
        tasks, cursor = store.page(TaskFilter(), PAGE, cursor or None)
        yield from tasks


def _note_changes(line: TaskLine, task: Task, problems: Problems) -> None:
    changed = sorted(_changes(line, task))
    if changed:
        problems.add(
            line.line,
            f"task {line.id!r} is known from an earlier run and was another then: {', '.join(changed)}; "
            "give it an id of its own, put it back as it was, or begin anew with --fresh",
        )


def _changes(line: TaskLine, task: Task) -> Iterator[str]:
    """Yield what differs, as ``timeout was 5, is 6``. When it starts is not compared: a retry moves that."""
    for name in ("task_type", "timeout", "max_attempts", "schedule_timeout", "tenant"):
        yield from _difference(name, getattr(task, name), getattr(line, name))
    before, now = task.requirements.to_dict(), line.requirements.to_dict()
    for name in now:
        if name != "task_type":
            yield from _difference(f"requirements.{name}", before[name], now[name])
    old = {**DEFAULTS, **(task.payload if strict_json.is_object(task.payload) else {})}
    new = {**DEFAULTS, **line.payload}
    for name in old.keys() | new.keys():
        yield from _difference(f"payload.{name}", old.get(name), new.get(name))


def _difference(name: str, before: Any, now: Any) -> Iterator[str]:
    if before != now:
        yield f"{name} was {_shown(before)}, is {_shown(now)}"


def _shown(value: Any) -> str:
    shown = "not there" if value is None else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
