"""The machine's side for what waits in the store only: for other tasks, or for the time at which it is given up."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.runtime.alarms import Alarm
from apportion.runtime.books import Books
from apportion.runtime.inputs import ExpiringFound, ParkedFound
from apportion.runtime.instructions import ReadExpiring
from apportion.runtime.machine_tasks import TaskSide
from apportion.runtime.ranking import parked

_AT_ONCE = 256
_LOOK_AGAIN = 1.0
"""Seconds after which tasks are looked at again that the wall clock would give up, but the steady one not yet."""


class WaitingSide:
    """Handles what the store says of tasks that memory does not hold."""

    def __init__(self, books: Books, tasks: TaskSide) -> None:
        self._books = books
        self._tasks = tasks

    # --- for others -------------------------------------------------------------------------------------------------

    def parked_found(self, event: ParkedFound) -> None:
        """Let those start whose others have all succeeded, and fail those that wait in vain."""
        books = self._books
        books.awaiting = books.awaiting or bool(event.tasks)
        stale = books.written_since(event.watch)
        for task in event.tasks:
            if parked(task) and task.state is TaskState.QUEUED and task.id not in stale:
                books.expect_expiry(task.expires)
                self._judge(task, event.states)
        if event.rest is None:
            books.end_watch(event.watch)
        else:
            books.instruct(event.rest)

    def _judge(self, task: Task, states: Mapping[str, TaskState]) -> None:
        vain = [id for id in task.after if (state := states.get(id)) is None or _in_vain(state)]
        if vain:
            what = states[vain[0]].value if vain[0] in states else "is not there any more"
            verb = "was" if what == TaskState.CANCELLED else ""
            error = f"after: task {vain[0]!r}, which it waits for, {verb} {what}".replace("  ", " ")
            self._tasks.give_up(task, error)
        elif all(states[id] is TaskState.SUCCEEDED for id in task.after):
            self._tasks.release(task)

    # --- for too long -----------------------------------------------------------------------------------------------

    def expiry(self, _alarm: Alarm) -> None:
        """A task may have waited for too long; ask the store which."""
        books = self._books
        if books.next_expiry <= books.now.wall:
            books.next_expiry = inf
            books.instruct(ReadExpiring(_AT_ONCE + len(books.front), books.watch()))
        else:
            books.alarms.at(books.next_expiry, _alarm)

    def expiring_found(self, event: ExpiringFound) -> None:
        """Give up what has waited for too long; those that stand in line have their own alarms."""
        books, now = self._books, self._books.now.wall
        stale = books.written_since(event.watch)
        books.end_watch(event.watch)
        following = inf if event.end else now
        for task in event.tasks:
            expires = task.expires
            if expires is None:
                continue
            if expires > now:
                following = expires
                break
            if task.id in stale or task.id in books.front.waiting or books.held.get(task.id):
                following = min(following, now + _LOOK_AGAIN)
            else:
                self._tasks.give_up(task, _too_long(task, now))
        books.expect_expiry(following if following < inf else None)


def _in_vain(state: TaskState) -> bool:
    return state.final and state is not TaskState.SUCCEEDED


def _too_long(task: Task, now: float) -> str:
    deadline = task.requirements.deadline
    if deadline is not None and deadline <= now:
        return "deadline: it was not started by its deadline"
    return f"schedule-timeout: no worker took it within {task.schedule_timeout or 0.0:g} s"
