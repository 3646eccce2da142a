"""Tasks: submitted, looked at, waited for."""

from __future__ import annotations

from apportion.errors import ResultTimeoutError
from apportion.model.lifecycle import TaskState
from apportion.ports import TaskFilter
from apportion.runtime.explaining import TaskExplanation
from apportion.service.route import CLIENTS, READERS, Asked, OneOf, Reply, Route
from apportion.service.service import Service
from apportion.service.submitting import submit
from apportion.service.views import task_view
from apportion.service.waiting import first_of
from apportion.wire.limits import TASK_LIST_BODY
from apportion.wire.tasks import (
    PageQuery,
    Submission,
    Submissions,
    Submitted,
    SubmittedMany,
    TaskExplained,
    TaskFilters,
    TaskPage,
    TaskView,
    WaitQuery,
)


async def submit_tasks(service: Service, asked: Asked) -> Reply:
    """Take one task, or a list of them."""
    if isinstance(asked.body, Submission):
        ids, new = await submit(service, [asked.body])
        return Reply(201 if new else 200, Submitted(ids[0]))
    ids, new = await submit(service, asked.body)
    return Reply(201 if new else 200, SubmittedMany(ids))


async def list_tasks(service: Service, asked: Asked) -> Reply:
    """Show tasks, page by page."""
    query: PageQuery = asked.query
    tasks, cursor = await service.distributor.page(filter_of(query), query.limit, query.cursor)
    return Reply(200, TaskPage([task_view(task) for task in tasks], cursor))


def filter_of(query: TaskFilters) -> TaskFilter:
    """Return the filter of a query."""
    state = None if query.state is None else TaskState(query.state)
    return TaskFilter(state, query.task_type, query.tenant, query.worker)


async def show_task(service: Service, asked: Asked) -> Reply:
    """Show a task."""
    return Reply(200, task_view(await service.distributor.task(asked.path["id"])))


async def wait_for_task(service: Service, asked: Asked) -> Reply:
    """Wait until a task is final."""
    handle = await service.distributor.handle(asked.path["id"])
    query: WaitQuery = asked.query
    try:
        task = await first_of(service, asked.request, handle.wait(query.timeout))
    except ResultTimeoutError:
        task = None
    if task is None:
        return Reply(202, task_view(await service.distributor.task(asked.path["id"])))
    return Reply(200, task_view(task))


async def explain_task(service: Service, asked: Asked) -> Reply:
    """Say why a task is where it is."""
    task = await service.distributor.task(asked.path["id"])
    why: TaskExplanation = service.distributor.explain_record(task)
    now = None if why.now is None else why.now.to_dict()
    return Reply(200, TaskExplained(why.task_id, why.state.value, why.reason, why.decision, now))


ROUTES = (
    Route(
        "POST",
        "/v1/tasks",
        submit_tasks,
        CLIENTS,
        "Submit one task, or a list of up to 10,000, all or nothing",
        {201: OneOf((Submitted, SubmittedMany)), 200: OneOf((Submitted, SubmittedMany))},
        body=Submission | Submissions,
        list_limit=TASK_LIST_BODY,
    ),
    Route("GET", "/v1/tasks", list_tasks, READERS, "Tasks, page by page", {200: TaskPage}, query=PageQuery),
    Route(
        "GET",
        "/v1/tasks/{id:path}/wait",
        wait_for_task,
        READERS,
        "Wait until a task is final: 200; 202 at the time-out",
        {200: TaskView, 202: TaskView},
        query=WaitQuery,
    ),
    Route("GET", "/v1/tasks/{id:path}/explain", explain_task, READERS, "Why it is where it is", {200: TaskExplained}),
    Route("GET", "/v1/tasks/{id:path}", show_task, READERS, "A task", {200: TaskView}),
)
