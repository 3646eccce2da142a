"""The client that awaits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, Unpack

from apportion.runtime.submission import TaskOptions, TaskSpec
from apportion.sdk.asking import Asking
from apportion.sdk.calls import Calls
from apportion.sdk.event_streams import OVERVIEW, AsyncEventStream
from apportion.sdk.handles import AsyncTaskHandle
from apportion.sdk.settings import ClientConfig, checked_url, token_of
from apportion.sdk.talk import Talk
from apportion.sdk.transport import AsyncTransport
from apportion.wire.deciding import Explained
from apportion.wire.tasks import State, TaskView

P = ParamSpec("P")
T = TypeVar("T")


def awaited(
    call: Callable[Concatenate[Calls, P], Talk[T]],
) -> Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]]:
    """Return the method that carries a call out and is awaited."""

    @wraps(call)
    async def method(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.run(call(self.calls, *args, **kwargs))

    return method


class AsyncClient:
    """`Client` with ``await``; for one event loop.

    ::

        async with AsyncClient("http://127.0.0.1:8620") as client:
            task = await client.submit("test-generation", {"file": "app.ts"}, capabilities=["typescript"])
            print(await task.result(timeout=60))

    Args:
        url: of the service; None: the environment's ``APPORTION_URL``, else ``http://127.0.0.1:8620``.
        token: what it wants to see; None: the environment's ``APPORTION_TOKEN``, if there is one.
        config: how patient it is.

    Raises:
        FieldError, FieldTypeError: naming the argument.
    """

    def __init__(self, url: str | None = None, token: str | None = None, config: ClientConfig | None = None) -> None:
        config = config or ClientConfig()
        self.url = checked_url(url)
        self.calls = Calls(self.url, Asking(self.url, config))
        self._transport = AsyncTransport(self.url, token_of(token), config)

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def run(self, call: Talk[T]) -> T:
        """Carry a call of `Calls` out."""
        return await self._transport.run(call)

    # --- tasks ------------------------------------------------------------------------------------------------------

    async def submit(self, task_type: str, payload: Any = None, **options: Unpack[TaskOptions]) -> AsyncTaskHandle:
        """Submit a task; see `Client.submit`."""
        given = {**options, "task_type": task_type, "payload": payload}
        return AsyncTaskHandle(await self.run(self.calls.submit_one(given)), self)

    async def submit_many(self, tasks: Iterable[TaskSpec | Mapping[str, Any]]) -> list[AsyncTaskHandle]:
        """Submit tasks, all or none of them; see `Client.submit_many`."""
        return [AsyncTaskHandle(id, self) for id in await self.run(self.calls.submit_list(tasks))]

    def handle(self, task_id: str) -> AsyncTaskHandle:
        """Return a handle on a task that was submitted before; whether there is one, its first use shows."""
        return AsyncTaskHandle(task_id, self)

    async def wait_all(
        self,
        tasks: Iterable[AsyncTaskHandle | str],
        timeout: float | None = None,  # noqa: ASYNC109 -- the call is given
    ) -> list[TaskView]:
        """Wait until all of these tasks have ended; see `Client.wait_all`."""
        ids = [each if isinstance(each, str) else each.id for each in tasks]
        return await self.run(self.calls.wait_for(ids, timeout))

    async def tasks(
        self,
        *,
        state: State | None = None,
        task_type: str | None = None,
        tenant: str | None = None,
        worker: str | None = None,
        page_size: int = 1000,
    ) -> AsyncIterator[TaskView]:
        """Return tasks in the order of their ids, fetched page by page as they are looked at; filters as in `page`."""
        cursor: str | None = None
        while True:
            page = await self.page(
                state=state, task_type=task_type, tenant=tenant, worker=worker, cursor=cursor, limit=page_size
            )
            for task in page.items:
                yield task
            cursor = page.next_cursor
            if cursor is None:
                return

    get = awaited(Calls.get)
    page = awaited(Calls.page)
    wait = awaited(Calls.wait)
    result = awaited(Calls.result)
    cancel = awaited(Calls.cancel)
    retry = awaited(Calls.retry)
    cancel_all = awaited(Calls.cancel_all)
    retry_all = awaited(Calls.retry_all)
    explain_task = awaited(Calls.explain_task)

    # --- workers and decisions --------------------------------------------------------------------------------------

    workers = awaited(Calls.workers)
    worker = awaited(Calls.worker)
    drain = awaited(Calls.drain)
    remove_worker = awaited(Calls.remove_worker)
    strategy = awaited(Calls.strategy)
    set_strategy = awaited(Calls.set_strategy)
    recommendations = awaited(Calls.recommendations)
    apply_recommendations = awaited(Calls.apply_recommendations)
    ready = awaited(Calls.ready)

    async def explain(self, task_type: str | None = None, **options: Unpack[TaskOptions]) -> Explained:
        """Return which worker such a task would go to now, or why to none; see `Client.explain`."""
        return await self.run(self.calls.explain_needs(task_type, options))

    def events(self, last_event_id: str | None = None) -> AsyncEventStream:
        """Return what happens, to be entered by ``async with``: from then on, or after the event of that id."""
        return AsyncEventStream(self._transport, self.calls, last_event_id)

    def overviews(self) -> AsyncEventStream:
        """Return the overview, to be entered by ``async with``: as it is, and again after each change.

        It comes at most once a second. ``data`` is that of ``GET /v1/overview``, the first time with a quarter of an
        hour, then with the newest steps of time only.
        """
        return AsyncEventStream(self._transport, self.calls, path=OVERVIEW)
