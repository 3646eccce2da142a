"""What became of a worker and of a task."""

from __future__ import annotations

from apportion.errors import UnknownWorkerError
from apportion.model.task_record import Task
from apportion.runtime.breaker import Circuit
from apportion.runtime.crew import Member
from apportion.service.route import READERS, WATCHERS, Asked, Reply, Route
from apportion.service.seeing import seen_task
from apportion.service.service import Service
from apportion.wire.looking_closer import FinishedTask, HeldTask, Learned, LoadHistory, TaskHistory, WorkerHistory

_MOST_HELD = 100
_MOST_TYPES = 20


async def worker_history(service: Service, asked: Asked) -> Reply:
    """Show what a worker holds, did, and is believed to be good at."""
    member = service.distributor.member(asked.path["id"])
    if member is None:
        raise UnknownWorkerError(asked.path["id"])
    held = [_held(holding.task) for holding in list(member.held.values())[:_MOST_HELD]]
    recent = [FinishedTask(done.id, done.task_type, done.success, done.duration) for done in member.outcomes.recent]
    silent_for = max(0.0, service.distributor.steady() - member.seen) if member.leased else None
    load = LoadHistory(*service.board.watch.loads.of(member.id))
    return Reply(200, WorkerHistory(silent_for, _paused(member), held, recent[::-1], _learned(service, member), load))


def _paused(member: Member) -> str | None:
    if member.breaker.circuit is Circuit.OPEN:
        return f"cooled down: {member.breaker.reason}"
    return "it asked for a pause" if member.resting else None


def _held(task: Task) -> HeldTask:
    return HeldTask(task.id, task.task_type, task.attempt, task.requirements.complexity, task.assigned_at)


def _learned(service: Service, member: Member) -> list[Learned]:
    adaptive = service.distributor.balancer.adaptive
    if adaptive is None:
        return []
    types = dict.fromkeys(done.task_type for done in reversed(member.outcomes.recent))
    return [Learned(name, adaptive.describe(member.id, name)) for name in list(types)[:_MOST_TYPES]]


async def task_history(service: Service, asked: Asked) -> Reply:
    """Show what happened to a task, as far as the window of events reaches back."""
    task = await seen_task(service, asked)
    events = service.events.about(task.id)
    begins = bool(events) and events[0]["event"] == "task-queued" and events[0]["attempt"] == 0
    return Reply(200, TaskHistory(events, begins))


ROUTES = (
    Route("GET", "/v1/tasks/{id:path}/history", task_history, READERS, "What happened to it", {200: TaskHistory}),
    Route("GET", "/v1/workers/{id:path}/history", worker_history, WATCHERS, "What it did", {200: WorkerHistory}),
)
