"""Takes tasks from the wire: all of a list or none, and each key once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import msgspec
from msgspec import UNSET, structs

from apportion.errors import DuplicateError, TaskConflictError
from apportion.model.task_record import Task
from apportion.model.trace_context import parse
from apportion.runtime.submission import same_submission
from apportion.service.access.caller import Caller
from apportion.service.body import require_value
from apportion.service.service import Service
from apportion.wire.limits import VALUE
from apportion.wire.tasks import Submission

_OPTIONS = ("id", "idempotency_key", "max_attempts", "timeout", "delay", "not_before", "schedule_timeout")

New = tuple[Task, float]


async def submit(
    service: Service, given: Sequence[Submission], caller: Caller, traceparent: str | None = None
) -> tuple[list[str], bool]:
    """Take tasks, all of them or none.

    Args:
        service: takes them.
        given: what was sent.
        caller: who sent it.
        traceparent: the header of that name; one that is not valid is none, as the standard has it.

    Returns:
        Their ids, and whether any of them is new: a task whose key was used before, for the same, is the first one.

    Raises:
        ProblemError: a task is not the caller's to give.
        ProblemError, FieldError, FieldTypeError: a task is not as it has to be; the field is named with its place.
        DuplicateError, TaskConflictError: an id or a key was used for another task.
        QueueFullError: there is no room for all.
    """
    trace = None if parse(traceparent) is None else traceparent
    places = range(len(given)) if len(given) > 1 else [None]
    new = [_task_of(service, each, caller, place, trace) for place, each in zip(places, given, strict=True)]
    named = [each.id is not None or each.idempotency_key is not None for each in given]
    async with AsyncExitStack() as stack:
        if any(named):
            await stack.enter_async_context(service.submitting)
            new, ids = await _told_apart(service, new, named)
        else:
            ids = [task.id for task, _ in new]
        if new:
            await service.distributor.submit_all(new)
    return ids, bool(new)


def _task_of(service: Service, given: Submission, caller: Caller, place: int | None, trace: str | None) -> New:
    payload: Any = None
    if given.payload is not UNSET:
        require_value("payload" if place is None else f"[{place}].payload", given.payload, VALUE)
        payload = msgspec.json.decode(given.payload)
    options = {name: value for name in _OPTIONS if (value := getattr(given, name)) is not None}
    if trace is not None:
        options["traceparent"] = trace
    tenant = caller.tenant_for(given.tenant)
    if tenant is not None:
        options["tenant"] = tenant
    if given.requirements is not None:
        options["requirements"] = plain_requirements(given.requirements)
    return service.distributor.new_task(given.task_type, payload, options)


def plain_requirements(given: Any) -> dict[str, Any]:
    """Return requirements as `TaskRequirements.from_dict` reads them."""
    plain: dict[str, Any] = structs.asdict(given)
    plain["constraints"] = [structs.asdict(each) for each in given.constraints]
    return plain


async def _told_apart(service: Service, new: list[New], named: list[bool]) -> tuple[list[New], list[str]]:
    """Return those that are new, and the ids of all."""
    fresh: dict[str, New] = {}
    keys: dict[tuple[str, str], Task] = {}
    ids: list[str] = []
    for entry, has_name in zip(new, named, strict=True):
        task = entry[0]
        before = await _before(service, task, keys) if has_name else None
        if before is None:
            if task.id in fresh or (has_name and await service.distributor.look_up(task.id) is not None):
                raise DuplicateError("task", task.id)
            fresh[task.id] = entry
            if task.idempotency_key is not None:
                keys[task.tenant, task.idempotency_key] = task
            before = task
        ids.append(before.id)
    return list(fresh.values()), ids


async def _before(service: Service, task: Task, keys: dict[tuple[str, str], Task]) -> Task | None:
    """Return the task that had the key before, if one had."""
    key = task.idempotency_key
    if key is None:
        return None
    before = keys.get((task.tenant, key)) or await service.distributor.look_up_key(task.tenant, key)
    if before is not None and not same_submission(task, before):
        problem = f"it has the idempotency key {key!r}, and was another task; use a new key"
        raise TaskConflictError(before.id, before.state.value, problem)
    return before
