"""A distributor without ``await``: an event loop in a thread of its own, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from threading import Thread
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, Unpack

from apportion.errors import NotRunningError
from apportion.model.explanation import Explanation
from apportion.model.recommendation import RebalanceRecommendation
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.runtime.distributor import Distributor
from apportion.runtime.handle import TaskHandle
from apportion.runtime.shadow_report import ShadowReport
from apportion.runtime.submission import TaskOptions, TaskSpec

D = TypeVar("D", bound=Distributor)
P = ParamSpec("P")
T = TypeVar("T")


class SyncTaskHandle:
    """A `TaskHandle` without ``await``.

    Attributes:
        id: the task's id.
    """

    def __init__(self, inner: TaskHandle, distributor: SyncDistributor[Any]) -> None:
        self.id = inner.id
        self._inner = inner
        self._distributor = distributor

    def result(self, timeout: float | None = None) -> Any:
        """Wait until the task has ended, and return what its handler returned; see `TaskHandle.result`."""
        return self._distributor.wait_for(self._inner.result(timeout))

    def wait(self, timeout: float | None = None) -> Task:
        """Wait until the task has ended, and return its record; see `TaskHandle.wait`."""
        return self._distributor.wait_for(self._inner.wait(timeout))

    def task(self) -> Task:
        """Return the task's record as it is now."""
        return self._distributor.wait_for(self._inner.task())

    def cancel(self) -> None:
        """Cancel the task; see `TaskHandle.cancel`."""
        self._distributor.wait_for(self._inner.cancel())


def synchronous(
    method: Callable[Concatenate[Distributor, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[SyncDistributor[Any], P], T]:
    """Return the method of the facade that waits for a method of the distributor."""

    def wait(self: SyncDistributor[Any], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.wait_for(method(self.inner, *args, **kwargs))

    wait.__doc__ = method.__doc__
    return wait


class SyncDistributor(Generic[D]):
    """The facade.

    Args:
        inner: the distributor; it lives on the facade's own event loop.
    """

    def __init__(self, inner: D) -> None:
        self.inner = inner
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        """Open it."""
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="apportion", daemon=True)
        self._thread.start()
        try:
            self.wait_for(self.inner.__aenter__())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def stop(self, grace: float | None = None) -> None:
        """Stop it; see `Distributor.stop`."""
        if self._loop is not None:
            try:
                self.wait_for(self.inner.stop(grace))
            finally:
                self._end()

    def _end(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None and self._thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()
            loop.close()

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the event loop, and return what it returns."""
        if self._loop is None:
            coroutine.close()
            raise NotRunningError
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def call(self, call: Callable[[], T]) -> T:
        """Call something on the event loop's thread; before that runs, here."""
        if self._loop is None:
            return call()

        async def called() -> T:
            return call()

        return self.wait_for(called())

    # --- the same calls ---------------------------------------------------------------------------------------------

    remove_worker = synchronous(Distributor.remove_worker)
    drain = synchronous(Distributor.drain)
    task = synchronous(Distributor.task)
    page = synchronous(Distributor.page)
    counts = synchronous(Distributor.counts)
    cancel = synchronous(Distributor.cancel)
    retry = synchronous(Distributor.retry)
    join = synchronous(Distributor.join)
    explain_task = synchronous(Distributor.explain_task)
    distribute_task = synchronous(Distributor.distribute_task)
    handle_task_completion = synchronous(Distributor.handle_task_completion)

    def submit(self, task_type: str, payload: Any = None, **options: Unpack[TaskOptions]) -> SyncTaskHandle:
        """Take a task; see `Distributor.submit`."""
        return SyncTaskHandle(self.wait_for(self.inner.submit(task_type, payload, **options)), self)

    def submit_many(self, tasks: Iterable[TaskSpec | Mapping[str, Any]]) -> list[SyncTaskHandle]:
        """Take several tasks; see `Distributor.submit_many`."""
        return [SyncTaskHandle(handle, self) for handle in self.wait_for(self.inner.submit_many(tasks))]

    def handle(self, task_id: str) -> SyncTaskHandle:
        """Return a handle on a task; see `Distributor.handle`."""
        return SyncTaskHandle(self.wait_for(self.inner.handle(task_id)), self)

    def workers(self) -> list[WorkerInfo]:
        """Return the workers as they are now."""
        return self.call(self.inner.workers)

    def explain(self, task_type: str | None = None, **options: Unpack[TaskOptions]) -> Explanation:
        """Return which worker such a task would go to now, or why to none; see `Distributor.explain`."""
        return self.call(lambda: self.inner.explain(task_type, **options))

    def shadows(self) -> list[ShadowReport]:
        """Return how the strategies do that decide beside the live one; see `Distributor.shadows`."""
        return self.call(self.inner.shadows)

    def recommendations(self) -> list[RebalanceRecommendation]:
        """Return advice; see `Distributor.recommendations`."""
        return self.call(self.inner.recommendations)

    def monitor_and_rebalance(self) -> list[RebalanceRecommendation]:
        """Return advice; see `Distributor.monitor_and_rebalance`."""
        return self.call(self.inner.monitor_and_rebalance)
