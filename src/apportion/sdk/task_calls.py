"""What a client can ask of a service, each as a call that somebody else carries out (see `apportion.sdk.talk`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from apportion.errors import ApportionError, ResultTimeoutError, TaskFailedError
from apportion.runtime.submission import TaskSpec
from apportion.sdk.errors import PartlySubmittedError
from apportion.sdk.question import Question
from apportion.sdk.submissions import encoded, lists_of, submission
from apportion.sdk.talk import Talk
from apportion.wire.tasks import (
    Changed,
    State,
    Submitted,
    SubmittedMany,
    TaskExplained,
    TaskPage,
    TasksAwaited,
    TasksEnded,
    TaskView,
)

_LONGEST_POLL = 30.0
_MOST_AWAITED = 1000
_TO_SPARE = 15.0
"""Seconds that a long poll may be late."""


class TaskCalls(Question):
    """Calls about tasks."""

    def submit_one(self, given: Mapping[str, Any]) -> Talk[str]:
        """Submit a task, and return its id."""
        taken = yield from self.post("/v1/tasks", submission(given), Submitted)
        return taken.id

    def submit_list(self, given: Iterable[TaskSpec | Mapping[str, Any]]) -> Talk[list[str]]:
        """Submit tasks, and return their ids; all of them are read and checked before the first is sent."""
        sent = [submission(each, f"[{place}]") for place, each in enumerate(given)]
        ids: list[str] = []
        for body, number in lists_of(sent):
            try:
                taken = yield from self.post("/v1/tasks", body, SubmittedMany)
            except ApportionError as error:
                if not ids:
                    raise
                raise PartlySubmittedError(ids, error) from error
            assert len(taken.ids) == number
            ids += taken.ids
        return ids

    def get(self, task_id: str) -> Talk[TaskView]:
        """Return a task as it is now.

        Raises:
            UnknownTaskError: there is none of that id.
        """
        return (yield from self.fetch(("tasks", task_id), TaskView))

    def page(
        self,
        *,
        state: State | None = None,
        task_type: str | None = None,
        tenant: str | None = None,
        worker: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Talk[TaskPage]:
        """Return some tasks in the order of their ids, and where the next page begins.

        Args:
            state: only those in this state.
            task_type: only those of this type.
            tenant: only those of this tenant.
            worker: only those that this worker holds, or had last.
            cursor: ``next_cursor`` of the page before.
            limit: how many, 1 to 1,000.
        """
        query = {"state": state, "task_type": task_type, "tenant": tenant, "worker": worker, "cursor": cursor}
        given = {name: value for name, value in query.items() if value is not None}
        return (yield from self.fetch(("tasks",), TaskPage, {**given, "limit": str(limit)}))

    def wait(self, task_id: str, timeout: float | None = None) -> Talk[TaskView]:
        """Wait until a task has ended, however, and return it.

        Raises:
            ResultTimeoutError: it has not ended within ``timeout`` seconds; it goes on.
            UnknownTaskError: there is none of that id.
        """
        path, deadline = ("tasks", task_id, "wait"), self.deadline(timeout)
        while True:
            left = self.left(deadline, _LONGEST_POLL)
            task = yield from self.fetch(path, TaskView, {"timeout": f"{left:.3f}"}, left + _TO_SPARE)
            if task.finished_at is not None and task.state not in {"queued", "assigned"}:
                return task
            if self.left(deadline) <= 0:
                raise ResultTimeoutError(f"task {task_id!r} has not ended after {timeout:g} s; it goes on")

    def result(self, task_id: str, timeout: float | None = None) -> Talk[Any]:
        """Wait until a task has ended, and return what its handler returned.

        Raises:
            TaskFailedError: it failed or was cancelled; the message says why.
            ResultTimeoutError: it has not ended within ``timeout`` seconds; it goes on.
        """
        return result_of((yield from self.wait(task_id, timeout)))

    def wait_for(self, task_ids: Iterable[str], timeout: float | None = None) -> Talk[list[TaskView]]:
        """Wait until all of these tasks have ended, however, and return them in their order.

        Raises:
            ResultTimeoutError: not all have ended within ``timeout`` seconds; they go on.
        """
        deadline, wanted = self.deadline(timeout), list(task_ids)
        ended: dict[str, TaskView] = {}
        open_ids = list(dict.fromkeys(wanted))
        while open_ids:
            left = self.left(deadline, _LONGEST_POLL)
            asked, later = open_ids[:_MOST_AWAITED], open_ids[_MOST_AWAITED:]
            body = encoded("wait_all", TasksAwaited(asked, left))
            told = yield from self.post("/v1/tasks/wait", body, TasksEnded, timeout=left + _TO_SPARE)
            ended.update((task.id, task) for task in told.items)
            open_ids = told.open + later
            if open_ids and self.left(deadline) <= 0:
                raise ResultTimeoutError(f"{len(open_ids)} of {len(wanted)} tasks have not ended after {timeout:g} s")
        return [ended[task_id] for task_id in wanted]

    def cancel(self, task_id: str) -> Talk[TaskView]:
        """Cancel a task that has not ended, and return it.

        Raises:
            TaskConflictError: it has ended.
            UnknownTaskError: there is none of that id.
        """
        return (yield from self._change(task_id, "cancel", {"cancelled"}))

    def retry(self, task_id: str) -> Talk[TaskView]:
        """Queue a task again that failed or was cancelled, with all its attempts, and return it.

        Raises:
            TaskConflictError: it has not failed.
            UnknownTaskError: there is none of that id.
        """
        return (yield from self._change(task_id, "retry", {"queued", "assigned"}))

    def cancel_all(
        self,
        *,
        state: State | None = None,
        task_type: str | None = None,
        tenant: str | None = None,
        worker: str | None = None,
    ) -> Talk[int]:
        """Cancel all these tasks that have not ended; without a filter, all there are. Return how many those were.

        When an answer was lost on the way and the call repeated, those of the first time are not counted.
        """
        return (yield from self._change_all("cancel", state=state, task_type=task_type, tenant=tenant, worker=worker))

    def retry_all(
        self,
        *,
        state: State | None = None,
        task_type: str | None = None,
        tenant: str | None = None,
        worker: str | None = None,
    ) -> Talk[int]:
        """Queue all these tasks again that failed or were cancelled. Return how many those were; as `cancel_all`."""
        return (yield from self._change_all("retry", state=state, task_type=task_type, tenant=tenant, worker=worker))

    def explain_task(self, task_id: str) -> Talk[TaskExplained]:
        """Return why a task is where it is.

        Raises:
            UnknownTaskError: there is none of that id.
        """
        return (yield from self.fetch(("tasks", task_id, "explain"), TaskExplained))

    def _change(self, task_id: str, verb: str, done: set[str]) -> Talk[TaskView]:
        path = self.path("tasks", task_id, verb)
        reply = yield from self.send("POST", path)
        if reply.doubted and self.state_of(reply) in done:  # the first time it was done, and the answer was lost
            return (yield from self.get(task_id))
        return self.value(reply, TaskView, "POST", path)

    def _change_all(self, verb: str, **filters: str | None) -> Talk[int]:
        body = encoded(verb, {name: value for name, value in filters.items() if value is not None})
        changed = yield from self.post(f"/v1/tasks/{verb}", body, Changed)
        return changed.changed


def result_of(task: TaskView) -> Any:
    """Return the result of a task that has ended.

    Raises:
        TaskFailedError: it has none.
    """
    if task.state != "succeeded":
        raise TaskFailedError(task.id, task.state, task.error or "no reason was given")
    return task.result
