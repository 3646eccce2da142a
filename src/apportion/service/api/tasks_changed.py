"""Tasks: cancelled, retried, completed and handed back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from msgspec import structs

from apportion.errors import TaskConflictError
from apportion.ports import TaskFilter
from apportion.service.endings import complete, conflict_of
from apportion.service.problems import ProblemError
from apportion.service.route import CLIENTS, WORKERS, Asked, Reply, Route
from apportion.service.seeing import filter_of, must_see_task
from apportion.service.service import Service
from apportion.service.views import task_view
from apportion.wire.tasks import Changed, TaskFilters, TaskView
from apportion.wire.workers import Completion, Done, Release

_PAGE = 1000


async def cancel_task(service: Service, asked: Asked) -> Reply:
    """Cancel a task that has not ended."""
    await must_see_task(service, asked)
    await service.distributor.cancel(asked.path["id"])
    return Reply(200, task_view(await service.distributor.task(asked.path["id"])))


async def retry_task(service: Service, asked: Asked) -> Reply:
    """Queue a failed or cancelled task again."""
    await must_see_task(service, asked)
    await service.distributor.retry(asked.path["id"])
    return Reply(200, task_view(await service.distributor.task(asked.path["id"])))


async def cancel_many(service: Service, asked: Asked) -> Reply:
    """Cancel all tasks that are meant and have not ended."""
    return Reply(200, Changed(await _each(service, _meant(asked), service.distributor.cancel)))


async def retry_many(service: Service, asked: Asked) -> Reply:
    """Queue all tasks again that are meant, and failed or were cancelled."""
    return Reply(200, Changed(await _each(service, _meant(asked), service.distributor.retry)))


def _meant(asked: Asked) -> TaskFilter:
    """Return which tasks are meant, by the filters in the address, the body or both.

    Raises:
        ProblemError: neither says anything, or they say different things: nothing is done to all by accident.
    """
    given: TaskFilters | None = asked.body
    in_query = {name: value for name, value in structs.asdict(asked.query).items() if value is not None}
    if given is None and not in_query:
        remedy = "say which tasks are meant by filters in the address or the body; the body {} means all"
        raise ProblemError(422, "no filter and no body: which tasks?", field="body", remedy=remedy)
    given = TaskFilters() if given is None else given
    for name, value in in_query.items():
        if getattr(given, name) not in {None, value}:
            raise ProblemError(422, f"{name} is one thing in the address and another in the body", field=name)
    return filter_of(asked, structs.replace(given, **in_query))


async def _each(service: Service, chosen: TaskFilter, change: Callable[[str], Awaitable[None]]) -> int:
    """Change every task that is meant and allows it, and return how many those were."""
    changed, cursor = 0, None
    while True:
        tasks, cursor = await service.distributor.page(chosen, _PAGE, cursor)
        # At once, so that they share commits.
        ends = await asyncio.gather(*(change(task.id) for task in tasks), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException) and not isinstance(end, TaskConflictError):
                raise end
            changed += end is None
        if cursor is None:
            return changed


async def complete_task(service: Service, asked: Asked) -> Reply:
    """Take in how an attempt ended."""
    body: Completion = asked.body
    asked.caller.acts_for(body.worker_id, "worker_id")
    task_id = asked.path["id"]
    try:
        await complete(service, task_id, body.worker_id, body)
    except TaskConflictError as error:
        raise await conflict_of(service, task_id, error) from error
    return Reply(200, Done())


async def release_task(service: Service, asked: Asked) -> Reply:
    """Take back what was not started."""
    body: Release = asked.body
    asked.caller.acts_for(body.worker_id, "worker_id")
    task_id = asked.path["id"]
    try:
        await service.distributor.release(task_id, body.worker_id, body.lease)
    except TaskConflictError as error:
        raise await conflict_of(service, task_id, error) from error
    return Reply(200, Done())


ROUTES = (
    Route(
        "POST",
        "/v1/tasks/cancel",
        cancel_many,
        CLIENTS,
        "Cancel in bulk",
        {200: Changed},
        body=TaskFilters,
        body_required=False,
        query=TaskFilters,
        act="tasks.cancel",
    ),
    Route(
        "POST",
        "/v1/tasks/retry",
        retry_many,
        CLIENTS,
        "Retry in bulk",
        {200: Changed},
        body=TaskFilters,
        body_required=False,
        query=TaskFilters,
        act="tasks.retry",
    ),
    Route(
        "POST",
        "/v1/tasks/{id:path}/cancel",
        cancel_task,
        CLIENTS,
        "Cancel a task",
        {200: TaskView},
        act="task.cancel",
    ),
    Route(
        "POST",
        "/v1/tasks/{id:path}/retry",
        retry_task,
        CLIENTS,
        "Queue it again",
        {200: TaskView},
        act="task.retry",
    ),
    Route("POST", "/v1/tasks/{id:path}/complete", complete_task, WORKERS, "How it ended", {200: Done}, body=Completion),
    Route("POST", "/v1/tasks/{id:path}/release", release_task, WORKERS, "Hand it back", {200: Done}, body=Release),
)
