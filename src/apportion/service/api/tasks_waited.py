"""Tasks: waited for, one or many."""

from __future__ import annotations

from apportion.errors import ResultTimeoutError
from apportion.service.route import READERS, Asked, Reply, Route
from apportion.service.seeing import must_see_task, must_see_tasks
from apportion.service.service import Service
from apportion.service.views import task_view
from apportion.service.waiting import first_of
from apportion.wire.tasks import TasksAwaited, TasksEnded, TaskView, WaitQuery


async def wait_for_task(service: Service, asked: Asked) -> Reply:
    """Wait until a task is final."""
    await must_see_task(service, asked)
    handle = await service.distributor.handle(asked.path["id"])
    query: WaitQuery = asked.query
    try:
        task = await first_of(service, asked, handle.wait(query.timeout))
    except ResultTimeoutError:
        task = None
    if task is None:
        return Reply(202, task_view(await service.distributor.task(asked.path["id"])))
    return Reply(200, task_view(task))


async def wait_for_tasks(service: Service, asked: Asked) -> Reply:
    """Wait until many tasks are final, and show those that are by then."""
    body: TasksAwaited = asked.body
    await must_see_tasks(service, asked, body.ids)
    handles = await service.distributor.handles(body.ids)
    await first_of(service, asked, service.distributor.all_ended(handles, body.timeout))
    ended = [task_view(task) for handle in handles if (task := handle.ended) is not None]
    return Reply(200, TasksEnded(ended, [handle.id for handle in handles if not handle.done]))


ROUTES = (
    Route(
        "POST",
        "/v1/tasks/wait",
        wait_for_tasks,
        READERS,
        "Wait until all of these tasks are final, or for so long; the answer holds those that are",
        {200: TasksEnded},
        body=TasksAwaited,
    ),
    Route(
        "GET",
        "/v1/tasks/{id:path}/wait",
        wait_for_task,
        READERS,
        "Wait until a task is final: 200; 202 at the time-out",
        {200: TaskView, 202: TaskView},
        query=WaitQuery,
    ),
)
