"""What a caller may see of the tasks."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.errors import UnknownTaskError
from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.ports import TaskFilter
from apportion.service.route import Asked
from apportion.service.service import Service
from apportion.wire.tasks import TaskFilters


async def seen_task(service: Service, asked: Asked) -> Task:
    """Return the task that the address names.

    Raises:
        UnknownTaskError: there is none, or it is another tenant's.
    """
    return asked.caller.sees(await service.distributor.task(asked.path["id"]))


async def must_see_task(service: Service, asked: Asked) -> None:
    """Let nobody touch another tenant's task.

    Raises:
        UnknownTaskError: it is one.
    """
    if asked.caller.tenant is not None:
        await seen_task(service, asked)


async def must_see_tasks(service: Service, asked: Asked, ids: Sequence[str]) -> None:
    """Let nobody touch another tenant's tasks.

    Raises:
        UnknownTaskError: one of them is one.
    """
    if asked.caller.tenant is not None:
        for id, task in zip(ids, await service.distributor.look_up_all(ids), strict=True):
            if task is None:
                raise UnknownTaskError(id)
            asked.caller.sees(task)


def filter_of(asked: Asked, given: TaskFilters) -> TaskFilter:
    """Return the filter that was given, narrowed to what the caller may see.

    Raises:
        ProblemError: it asks for another tenant's.
    """
    state = None if given.state is None else TaskState(given.state)
    return TaskFilter(state, given.task_type, asked.caller.tenant_for(given.tenant), given.worker)
