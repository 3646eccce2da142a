"""What a check is given: a place for a store, and tasks to put there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.ports import Insert, TaskStore, Transition


@dataclass(frozen=True, slots=True)
class Place:
    """A place that holds no task yet.

    Attributes:
        open: opens the store there.
        durable: whether a store opened there later finds what was committed. A durable place has one store at a time.
    """

    open: Callable[[], TaskStore]
    durable: bool


Check = Callable[[Place], None]


def task(id: str, **fields: Any) -> Task:
    """Return a queued task; what is not given is as by default."""
    return Task(id=id, task_type=fields.pop("task_type", "lint"), **fields)


def inserted(place: Place, *tasks: Task) -> TaskStore:
    """Return the place's store, with these tasks in it."""
    store = place.open()
    store.commit([Insert(each) for each in tasks])
    return store


def moved(before: Task, state: TaskState, **fields: Any) -> Transition:
    """Return the transition of a task as it is now to another state."""
    return Transition(replace(before, state=state, **fields), before.state, before.lease)


def in_state(id: str, state: TaskState) -> Task:
    """Return a task that is in that state, with what usually goes with it."""
    lived = {} if state is TaskState.QUEUED else {"lease": 1, "attempt": 1, "assigned_worker": "quick"}
    return task(id, state=state, finished_at=9.0 if state.final else None, **lived)


def ids(tasks: list[Task]) -> list[str]:
    """Return the ids of tasks, in their order."""
    return [each.id for each in tasks]
