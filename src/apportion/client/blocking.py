"""The client that blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, Unpack

from apportion.runtime.submission import TaskOptions, TaskSpec
from apportion.sdk.asking import Asking
from apportion.sdk.calls import Calls
from apportion.sdk.event_streams import EventStream
from apportion.sdk.handles import TaskHandle
from apportion.sdk.settings import ClientConfig, checked_url, token_of
from apportion.sdk.talk import Talk
from apportion.sdk.transport import BlockingTransport
from apportion.wire.deciding import Explained
from apportion.wire.tasks import State, TaskView

P = ParamSpec("P")
T = TypeVar("T")


def blocking(call: Callable[Concatenate[Calls, P], Talk[T]]) -> Callable[Concatenate[Client, P], T]:
    """Return the method that carries a call out and waits for it."""

    @wraps(call)
    def method(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.run(call(self.calls, *args, **kwargs))

    return method


class Client:
    """A client of a service. It may be used by several threads at once.

    ::

        client = Client("http://127.0.0.1:8620")
        task = client.submit("test-generation", {"file": "app.ts"}, capabilities=["typescript"], complexity=7)
        print(task.result(timeout=60))

    While the service is away, calls are repeated with growing pauses; a submit that is repeated is taken once.
    ``with`` closes the connections at its end.

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
        self._transport = BlockingTransport(self.url, token_of(token), config)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def run(self, call: Talk[T]) -> T:
        """Carry a call of `Calls` out."""
        return self._transport.run(call)

    # --- tasks ------------------------------------------------------------------------------------------------------

    def submit(self, task_type: str, payload: Any = None, **options: Unpack[TaskOptions]) -> TaskHandle:
        """Submit a task; when this returns, it is as durable as the service's store.

        Args:
            task_type: names the handler.
            payload: JSON; what the handler is called with.
            options: see `TaskOptions`.

        Raises:
            FieldError, FieldTypeError: naming what is not allowed.
            QueueFullError: the queue is at its limit; nothing was accepted.
            DuplicateError: another task has that id.
            TaskConflictError: another task has that idempotency key.
            NotAllowedError: the service wants a token, or another one.
            ServiceUnavailableError: the service is away for longer than the client's patience.
        """
        given = {**options, "task_type": task_type, "payload": payload}
        return TaskHandle(self.run(self.calls.submit_one(given)), self)

    def submit_many(self, tasks: Iterable[TaskSpec | Mapping[str, Any]]) -> list[TaskHandle]:
        """Submit tasks, all or none of them; longer lists in parts of 10,000 or 16 MiB, each all or nothing.

        Args:
            tasks: mappings with ``task_type``, ``payload`` and what else `TaskSpec` names. All are checked before the
                first is sent.

        Raises:
            PartlySubmittedError: of a longer list the first parts were taken; it names their tasks.
            ApportionError: as `submit`; nothing was taken.
        """
        return [TaskHandle(id, self) for id in self.run(self.calls.submit_list(tasks))]

    def handle(self, task_id: str) -> TaskHandle:
        """Return a handle on a task that was submitted before; whether there is one, its first use shows."""
        return TaskHandle(task_id, self)

    def wait_all(self, tasks: Iterable[TaskHandle | str], timeout: float | None = None) -> list[TaskView]:
        """Wait until all of these tasks have ended, however, and return them in their order.

        Args:
            tasks: handles, or ids.
            timeout: seconds to wait at most; None: as long as it takes.

        Raises:
            ResultTimeoutError: not all have ended by then; they go on.
            UnknownTaskError: one of them is not there.
        """
        ids = [each if isinstance(each, str) else each.id for each in tasks]
        return self.run(self.calls.wait_for(ids, timeout))

    def tasks(
        self,
        *,
        state: State | None = None,
        task_type: str | None = None,
        tenant: str | None = None,
        worker: str | None = None,
        page_size: int = 1000,
    ) -> Iterator[TaskView]:
        """Return tasks in the order of their ids, fetched page by page as they are looked at; filters as in `page`."""
        cursor: str | None = None
        while True:
            page = self.page(
                state=state, task_type=task_type, tenant=tenant, worker=worker, cursor=cursor, limit=page_size
            )
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    get = blocking(Calls.get)
    page = blocking(Calls.page)
    wait = blocking(Calls.wait)
    result = blocking(Calls.result)
    cancel = blocking(Calls.cancel)
    retry = blocking(Calls.retry)
    cancel_all = blocking(Calls.cancel_all)
    retry_all = blocking(Calls.retry_all)
    explain_task = blocking(Calls.explain_task)

    # --- workers and decisions --------------------------------------------------------------------------------------

    workers = blocking(Calls.workers)
    worker = blocking(Calls.worker)
    drain = blocking(Calls.drain)
    remove_worker = blocking(Calls.remove_worker)
    strategy = blocking(Calls.strategy)
    set_strategy = blocking(Calls.set_strategy)
    recommendations = blocking(Calls.recommendations)
    apply_recommendations = blocking(Calls.apply_recommendations)
    ready = blocking(Calls.ready)

    def explain(self, task_type: str | None = None, **options: Unpack[TaskOptions]) -> Explained:
        """Return which worker such a task would go to now, or why to none; nothing is submitted.

        Args:
            task_type: names the handler.
            options: those of `TaskOptions` that are requirements.
        """
        return self.run(self.calls.explain_needs(task_type, options))

    def events(self, last_event_id: str | None = None) -> EventStream:
        """Return what happens, to be entered by ``with``: from then on, or after the event of that id."""
        return EventStream(self._transport, self.calls, last_event_id)
