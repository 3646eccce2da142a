"""Clients of a service: `Client` blocks, `AsyncClient` awaits. Needs the extra ``worker``."""

from apportion.client.asynchronous import AsyncClient
from apportion.client.blocking import Client
from apportion.sdk.errors import PartlySubmittedError, RefusedError
from apportion.sdk.event_streams import AsyncEventStream, EventStream
from apportion.sdk.events import Event
from apportion.sdk.handles import AsyncTaskHandle, TaskHandle
from apportion.sdk.settings import ClientConfig
from apportion.wire.tasks import TaskView
from apportion.wire.workers import WorkerView

__all__ = [
    "AsyncClient",
    "AsyncEventStream",
    "AsyncTaskHandle",
    "Client",
    "ClientConfig",
    "Event",
    "EventStream",
    "PartlySubmittedError",
    "RefusedError",
    "TaskHandle",
    "TaskView",
    "WorkerView",
]
