"""Workers: registered, looked at, drained and let go."""

from __future__ import annotations

from apportion.errors import UnknownWorkerError
from apportion.model.worker import WorkerInfo
from apportion.runtime.submission import new_id
from apportion.service.overview.chosen_workers import as_seen, chosen_workers
from apportion.service.route import ADMINS, WATCHERS, WORKERS, Asked, Reply, Route
from apportion.service.service import Service
from apportion.service.views import worker_view
from apportion.wire.looking_closer import WorkersQuery
from apportion.wire.workers import Done, Registered, Registration, WorkerList, WorkerView


async def register(service: Service, asked: Asked) -> Reply:
    """Take a worker in, for the first time or again."""
    body: Registration = asked.body
    worker = WorkerInfo(
        body.id or asked.caller.worker or new_id(),
        body.capabilities,
        body.max_capacity,
        task_types=body.task_types,
        kind=body.kind,
        region=body.region,
        labels=body.labels,
    )
    await service.access.bind(asked.caller, worker.id)
    incarnation = await service.distributor.register(worker)
    config = service.settings.runtime
    return Reply(201, Registered(worker.id, incarnation, config.heartbeat_interval, config.lease_seconds))


async def list_workers(service: Service, asked: Asked) -> Reply:
    """Show workers: all, or those that are asked for."""
    chosen, total = chosen_workers(service.distributor, asked.query)
    return Reply(200, WorkerList([worker_view(as_seen(member, worker), member) for member, worker in chosen], total))


async def show_worker(service: Service, asked: Asked) -> Reply:
    """Show a worker."""
    worker = service.distributor.shown_worker(asked.path["id"])
    if worker is None:
        raise UnknownWorkerError(asked.path["id"])
    return Reply(200, worker_view(worker, service.distributor.member(worker.id)))


async def drain_worker(service: Service, asked: Asked) -> Reply:
    """Give a worker nothing new."""
    asked.caller.acts_for(asked.path["id"])
    await service.distributor.drain(asked.path["id"])
    return Reply(200, Done())


async def remove_worker(service: Service, asked: Asked) -> Reply:
    """Let a worker go; what it holds is handed back."""
    asked.caller.acts_for(asked.path["id"])
    await service.distributor.remove_worker(asked.path["id"])
    return Reply(200, Done())


ROUTES = (
    Route("POST", "/v1/workers", register, WORKERS, "Register, or register anew", {201: Registered}, body=Registration),
    Route("GET", "/v1/workers", list_workers, WATCHERS, "Workers", {200: WorkerList}, query=WorkersQuery),
    Route(
        "POST",
        "/v1/workers/{id:path}/drain",
        drain_worker,
        ADMINS | WORKERS,
        "Nothing new for it",
        {200: Done},
        act="worker.drain",
    ),
    Route("GET", "/v1/workers/{id:path}", show_worker, WATCHERS, "A worker", {200: WorkerView}),
    Route(
        "DELETE",
        "/v1/workers/{id:path}",
        remove_worker,
        ADMINS | WORKERS,
        "Let it go",
        {200: Done},
        act="worker.remove",
    ),
)
