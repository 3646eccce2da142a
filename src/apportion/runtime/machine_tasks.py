"""The machine's task side: what becomes of tasks that are submitted, waited for, cancelled and retried."""

from __future__ import annotations

from collections.abc import Container

from apportion.errors import DuplicateError, QueueFullError, TaskConflictError, UnknownTaskError
from apportion.events import TaskCancelled, TaskFailed, TaskQueued, TaskReleased, TaskRequeued
from apportion.model.lifecycle import TaskState
from apportion.model.ranks import PARKED
from apportion.model.task_record import Task
from apportion.ports import Insert
from apportion.runtime.alarms import Alarm
from apportion.runtime.books import Books
from apportion.runtime.inputs import (
    CancelAsked,
    ChangeRefused,
    FrontLoaded,
    RetryAsked,
    TasksFound,
    TasksSubmitted,
    TaskSubmitted,
)
from apportion.runtime.instructions import CancelAttempt, ReadExpiring, ReadParked
from apportion.runtime.ranking import due_of, expiry_of, has_a_date, later, parked_at
from apportion.runtime.records import attempt_of, changed, moved, queued


class TaskSide:
    """Handles what happens to tasks, apart from their attempts."""

    def __init__(self, books: Books) -> None:
        self._books = books

    # --- submitting -------------------------------------------------------------------------------------------------

    def submitted(self, event: TaskSubmitted) -> None:
        """Take a new task in, or refuse it."""
        books, given = self._books, event.task
        if self._full(event.request, given.id):
            return
        if books.knows(given.id) or given.id in books.hopefuls:
            books.answer(event.request, given.id, error=DuplicateError("task", given.id))
            return
        task = self._stamped(given, event.delay)
        books.queued += 1
        if event.now_or_never:
            books.hopefuls[task.id] = event.request
        else:
            self.accept(task, event.request)
        books.line_up(task)

    def submitted_together(self, event: TasksSubmitted) -> None:
        """Take new tasks in, all or none of them."""
        books = self._books
        first = event.tasks[0][0].id
        if self._full(event.request, first, len(event.tasks)):
            return
        ids = [task.id for task, _ in event.tasks]
        taken = next((id for id in ids if books.knows(id)), None)
        if taken is not None:
            books.answer(event.request, first, error=DuplicateError("task", taken))
            return
        for given, delay in event.tasks:
            task = self._stamped(given, delay)
            books.queued += 1
            self.accept(task, 0)
            books.line_up(task)
        books.answer(event.request, first, value=ids)

    def _full(self, request: int, task_id: str, number: int = 1) -> bool:
        """Refuse what is asked while the queue has no room for so many tasks, and return whether it has none."""
        config = self._books.config
        if self._books.queued + number <= config.max_queued:
            return False
        self._books.answer(request, task_id, error=QueueFullError(config.max_queued, config.retry_after))
        return True

    def accept(self, task: Task, request: int) -> None:
        """Have a new task written, and its client answered."""
        self._books.write(Insert(task))
        self._books.tell_of(TaskQueued, task)
        self._books.answer(request, task.id, value=task.id)

    def _stamped(self, given: Task, delay: float) -> Task:
        now = self._books.now.wall
        due = max(given.not_before or 0.0, now + delay)
        fields: dict[str, object] = {"state": TaskState.QUEUED, "created_at": now, "queued_at": now}
        if given.after:
            rank = parked_at(now)
            fields["not_before"] = due if due > now else given.not_before
        else:
            rank = self._rank(given, due)
        return changed(given, rank=rank, expires=expiry_of(given, rank, now), **fields)

    def _rank(self, task: Task, due: float = 0.0) -> float:
        now = self._books.now.wall
        return later(due) if due > now else self._books.ranking.ready(task.requirements.priority, now)

    def settle_hopefuls(self) -> None:
        """Let those go that were to be taken at once or never, and were not."""
        books = self._books
        for task_id, request in books.hopefuls.items():
            hopeful = books.task(task_id)
            if hopeful is not None:
                books.forget_waiting(hopeful)
            books.queued -= 1
            books.answer(request, task_id, value=None)
        books.hopefuls.clear()

    # --- the store --------------------------------------------------------------------------------------------------

    def found(self, event: TasksFound, still_held: Container[str] = ()) -> None:
        """Begin with what the store holds. Whoever held tasks here ended with the last run: that is nobody's failure.

        Args:
            event: what was found.
            still_held: ids of tasks that remote workers may still hold.
        """
        books = self._books
        books.queued = event.queued
        books.front.read_everything(event.tenants)
        books.limits.restarted(books.now.steady)
        books.delayed.read_everything()
        books.instruct(ReadParked((PARKED, ""), books.watch()))
        books.instruct(ReadExpiring(1, books.watch()))
        for task in [each for each in event.assigned if each.id not in still_held]:
            books.recorder.found(task)
            self.queue_again(task, "the run that held it ended", counted=False)

    def loaded(self, event: FrontLoaded) -> None:
        """Take in what was read of the stored queue."""
        books = self._books
        tasks = [task for task in event.tasks if task.id not in books.held]
        last = event.tasks[-1] if event.tasks else None
        end = None if event.end or last is None else (last.rank, last.id)
        if books.delayed.loading:
            standing = books.front.waiting
            delayed = [task for task in tasks if due_of(task) is not None and task.id not in standing]
            end = None if end is None or end[0] >= PARKED else end
            for task in books.delayed.loaded(delayed, end):
                books.set_due(task, due_of(task) or 0.0)
            return
        ready = [(task, books.shape_of(task)) for task in tasks]
        for waiting in books.front.loaded(ready, end):
            books.set_patience(waiting)
        books.restless = True

    def refused(self, event: ChangeRefused) -> None:
        """Put the store's truth in the place of what the machine thought."""
        books, task_id = self._books, event.lost.id
        holding = books.held.get(task_id)
        if holding is not None:
            books.let_go(holding)
        books.forget_waiting(event.lost)
        if event.lost.state is TaskState.QUEUED:
            books.queued -= 1
        if event.found is not None and event.found.state is TaskState.QUEUED:
            books.queued += not event.inserted  # the first of two tasks with one id is counted already
            books.line_up(event.found)

    # --- ending and beginning again ---------------------------------------------------------------------------------

    def cancel(self, event: CancelAsked) -> None:
        """End a task that has not ended."""
        books = self._books
        holding = books.held.get(event.task_id)
        task = books.task(event.task_id) or event.found
        if task is None:
            books.answer(event.request, error=UnknownTaskError(event.task_id))
            return
        if task.state.final:
            problem = TaskConflictError(task.id, task.state, "only a task that has not ended can be cancelled")
            books.answer(event.request, task.id, error=problem)
            return
        if holding is not None:
            books.haunt(holding)
            holding.member.cancelled.add(task.id)
        else:
            books.forget_waiting(task)
            books.queued -= 1
        self._end(task, TaskState.CANCELLED, "cancelled")
        if holding is not None:
            books.instruct(CancelAttempt(attempt_of(task)))
        books.answer(event.request, task.id, value=True)

    def retry(self, event: RetryAsked) -> None:
        """Queue a failed or cancelled task again, as if it were new but for its lease."""
        books, task = self._books, event.found
        if books.knows(task.id) or task.state not in {TaskState.FAILED, TaskState.CANCELLED}:
            state = TaskState.QUEUED if books.knows(task.id) else task.state
            problem = TaskConflictError(task.id, state, "only a failed or cancelled task can be retried")
            books.answer(event.request, task.id, error=problem)
            return
        if self._full(event.request, task.id):
            return
        now = books.now.wall
        rank = parked_at(now) if task.after else self._rank(task)
        transition = queued(task, rank, now, finished_at=None, failures=0, deaths=0)
        books.write(transition)
        books.queued += 1
        books.tell_of(TaskQueued, transition.task)
        books.answer(event.request, task.id, value=task.id)
        books.line_up(transition.task)

    def queue_again(self, task: Task, reason: str, *, counted: bool, delay: float = 0.0, **fields: object) -> None:
        """Queue a task whose attempt has ended without ending it."""
        books, now = self._books, self._books.now.wall
        worker_id = task.assigned_worker or ""
        transition = queued(task, self._rank(task, now + delay), now, **fields)
        books.write(transition)
        books.queued += 1
        books.tell(TaskRequeued(now, transition.task, worker_id, reason, counted, delay))
        books.line_up(transition.task)

    def release(self, task: Task) -> None:
        """All tasks that a parked one waited for have succeeded: it may start, or at its date."""
        books, now = self._books, self._books.now.wall
        transition = queued(task, self._rank(task, task.not_before or 0.0), now)
        books.write(transition)
        books.tell_of(TaskReleased, transition.task)
        books.line_up(transition.task)

    # --- time -------------------------------------------------------------------------------------------------------

    def due(self, alarm: Alarm) -> None:
        """A delayed task may start, unless the wall clock went back meanwhile."""
        books = self._books
        task = books.delayed.tasks.get(alarm.id)
        due = due_of(task) if task is not None else None
        if task is None or due is None or task.lease != alarm.lease:
            return
        if has_a_date(task) and due > books.now.wall:
            books.set_due(task, due)
            return
        books.delayed.remove(task.id)
        rank = books.ranking.ready(task.requirements.priority, books.now.wall)
        books.stand_in_line(task, rank, force=True)

    def waited(self, alarm: Alarm) -> None:
        """A task may have waited too long; or the wall clock went back meanwhile, or it was queued anew."""
        waiting = self._books.front.waiting.get(alarm.id)
        if waiting is None:
            return
        if self._books.now.steady >= waiting.expires:
            limit = waiting.task.schedule_timeout or 0.0
            self.give_up(waiting.task, f"schedule-timeout: no worker took it within {limit:g} s")
        elif not self.too_late(waiting.task) and waiting.task.requirements.deadline is not None:
            self._books.alarms.at(waiting.task.requirements.deadline, alarm)

    def too_late(self, task: Task) -> bool:
        """Fail a waiting task whose deadline has passed, and return whether it has."""
        deadline = task.requirements.deadline
        if deadline is None or deadline > self._books.now.wall:
            return False
        self.give_up(task, "deadline: it was not started by its deadline")
        return True

    def give_up(self, task: Task, error: str) -> None:
        """Fail a task that waits."""
        self._books.forget_waiting(task)
        self._books.queued -= 1
        self._end(task, TaskState.FAILED, error)

    def _end(self, task: Task, state: TaskState, error: str) -> None:
        books, now = self._books, self._books.now.wall
        transition = moved(task, state, finished_at=now, error=error)
        books.write(transition)
        books.tell_of(TaskCancelled if state is TaskState.CANCELLED else TaskFailed, transition.task)
