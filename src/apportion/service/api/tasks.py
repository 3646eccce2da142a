"""Tasks: submitted, and looked at."""

from __future__ import annotations

from apportion.runtime.explaining import TaskExplanation
from apportion.service.api.deciding import WORKERS_NAMED
from apportion.service.route import CLIENTS, READERS, Asked, OneOf, Reply, Route
from apportion.service.seeing import filter_of, seen_task
from apportion.service.service import Service
from apportion.service.submitting import submit
from apportion.service.views import task_view
from apportion.wire.limits import TASK_LIST_BODY
from apportion.wire.tasks import (
    PageQuery,
    Submission,
    Submissions,
    Submitted,
    SubmittedMany,
    TaskExplained,
    TaskPage,
    TaskView,
)


async def submit_tasks(service: Service, asked: Asked) -> Reply:
    """Take one task, or a list of them; a header `traceparent` makes them part of its trace."""
    trace = asked.request.headers.get("traceparent")
    if isinstance(asked.body, Submission):
        ids, new = await submit(service, [asked.body], asked.caller, trace)
        return Reply(201 if new else 200, Submitted(ids[0]))
    ids, new = await submit(service, asked.body, asked.caller, trace)
    return Reply(201 if new else 200, SubmittedMany(ids))


async def list_tasks(service: Service, asked: Asked) -> Reply:
    """Show tasks, page by page."""
    query: PageQuery = asked.query
    chosen, newest_first = filter_of(asked, query), query.newest_first
    tasks, cursor = await service.distributor.page(chosen, query.limit, query.cursor, newest_first=newest_first)
    return Reply(200, TaskPage([task_view(task, brief=query.brief) for task in tasks], cursor))


async def show_task(service: Service, asked: Asked) -> Reply:
    """Show a task."""
    return Reply(200, task_view(await seen_task(service, asked)))


async def explain_task(service: Service, asked: Asked) -> Reply:
    """Say why a task is where it is."""
    task = await seen_task(service, asked)
    why: TaskExplanation = await service.distributor.explain_record(task, WORKERS_NAMED)
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
    Route("GET", "/v1/tasks/{id:path}/explain", explain_task, READERS, "Why it is where it is", {200: TaskExplained}),
    Route("GET", "/v1/tasks/{id:path}", show_task, READERS, "A task", {200: TaskView}),
)
