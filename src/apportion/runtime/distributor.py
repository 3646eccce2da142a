"""`Distributor`: balancer, workers, queue and executors as one thing. `apportion.assemble` gives it its parts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Unpack

from apportion.errors import DuplicateError, FieldTypeError, TaskConflictError, UnknownTaskError
from apportion.model.explanation import Explanation
from apportion.model.lifecycle import TaskState
from apportion.model.plain_json import encode
from apportion.model.recommendation import RebalanceRecommendation
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.ports import Executor, Outcome, TaskFilter
from apportion.runtime import inputs
from apportion.runtime.advising import Placed, advise
from apportion.runtime.explaining import TaskExplanation, explain_task
from apportion.runtime.handle import TaskHandle
from apportion.runtime.lifetime import Lifetime
from apportion.runtime.submission import TaskOptions, TaskSpec, same_submission
from apportion.runtime.turns import in_turns


class Distributor(Lifetime):
    """Takes tasks, keeps them safe, has each run by the worker that suits it, and learns from what becomes of them.

    Everything is called on one event loop's thread. See `Lifetime` for how it is made, opened and closed.
    """

    # --- workers ----------------------------------------------------------------------------------------------------

    def add_worker(self, worker: WorkerInfo, executors: Mapping[str | None, Executor] | None = None) -> None:
        """Let a worker take tasks. It may be added before the distributor is entered.

        Args:
            worker: what it is like.
            executors: task type -> what runs its attempts, under None for all other types. None: the caller runs them,
                follows `TaskAssigned` facts, and reports by `handle_task_completion`.

        Raises:
            FieldTypeError: ``worker`` is no WorkerInfo.
        """
        if not isinstance(worker, WorkerInfo):
            raise FieldTypeError("worker", f"must be a WorkerInfo, not {worker!r}")
        if executors is not None:
            self._hands.lend(worker.id, executors)
        joined = inputs.WorkerJoined(worker)
        if self._driver is None:
            self._waiting_workers.append(joined)
        else:
            self._running.refuse_unless_running()
            self._running.feed(joined)

    async def remove_worker(self, worker_id: str, grace: float | None = None) -> None:
        """Let a worker go: what it holds is handed back and waits for another.

        Raises:
            UnknownWorkerError: there is none of that id.
        """
        await self._running.ask(partial(_left, worker_id))
        await self._hands.take_back(worker_id, self.config.grace if grace is None else grace)

    async def drain(self, worker_id: str) -> None:
        """Let a worker finish what it holds, and give it nothing new.

        Raises:
            UnknownWorkerError: there is none of that id.
        """
        await self._running.ask(partial(_drain, worker_id))

    def workers(self) -> list[WorkerInfo]:
        """Return the workers as they are now."""
        return list(self._pool)

    # --- tasks ------------------------------------------------------------------------------------------------------

    async def submit(self, task_type: str, payload: Any = None, **options: Unpack[TaskOptions]) -> TaskHandle:
        """Take a task; when this returns, the task is as durable as the store.

        Args:
            task_type: names the handler.
            payload: JSON; what the handler is called with.
            options: see `TaskOptions`.

        Raises:
            FieldError, FieldTypeError: naming what is not allowed.
            QueueFullError: the queue is at its limit; nothing was accepted.
            StoreFullError: the disk is full; nothing was accepted.
            DuplicateError: another task has that id.
            TaskConflictError: another task has that idempotency key.
            NotRunningError: the distributor is not open.
        """
        task, delay = self._submissions.task(task_type, payload, options)
        await self.refuse_unknown_after([task])
        return await self._submitted(task, self._ask_submit(task, delay))

    async def submit_many(self, tasks: Iterable[TaskSpec | Mapping[str, Any]]) -> list[TaskHandle]:
        """Take several tasks, written together: all or none of them, unless one brings an id or a key of its own.

        Args:
            tasks: mappings with ``task_type``, ``payload`` and what else `TaskSpec` names. All are checked before the
                first is taken. With ids or keys each is tried as by `submit`, and the first refusal is raised then.

        Raises:
            As `submit`.
        """
        given = [dict(spec) for spec in tasks]
        checked = [self._checked(spec) for spec in given]
        await self.refuse_unknown_after([task for task, _ in checked])
        if checked and not any(spec.get("id") or spec.get("idempotency_key") for spec in given):
            for task, _ in checked:
                encode("payload", task.payload)  # one that is no JSON would be refused later, and alone
            handles = [self._handles.of(task.id, self) for task, _ in checked]
            await self._running.ask(lambda request: inputs.TasksSubmitted(checked, request))
            return handles
        asked = [(task, self._ask_submit(task, delay)) for task, delay in checked]
        taken: list[TaskHandle] = []
        refused: list[Exception] = []
        try:
            for task, answer in asked:  # one after the other: they are answered together, and then nobody waits again
                try:
                    taken.append(await self._submitted(task, answer))
                except Exception as error:  # noqa: BLE001 -- the first is raised when all have been tried
                    refused.append(error)
        finally:
            for _, answer in asked:
                _forget(answer)  # whoever gave up meanwhile hears of none of them
        if refused:
            raise refused[0]
        return taken

    def _checked(self, spec: TaskSpec | Mapping[str, Any]) -> tuple[Task, float]:
        options: dict[str, Any] = dict(spec)
        if "task_type" not in options:
            raise FieldTypeError("task_type", "is required and missing")
        return self._submissions.task(options.pop("task_type"), options.pop("payload", None), options)

    def _ask_submit(self, task: Task, delay: float) -> asyncio.Future[Any]:
        return self._running.ask(lambda request: inputs.TaskSubmitted(task, request, delay))

    async def _submitted(self, task: Task, answer: asyncio.Future[Any]) -> TaskHandle:
        """Wait until a submit is durable, or is found to be one that was made before."""
        handle = self._handles.of(task.id, self)
        try:
            await answer
        except DuplicateError:
            return await self._first_of(task)
        return handle

    async def _first_of(self, task: Task) -> TaskHandle:
        """Return the handle of the task that was submitted before with the same idempotency key."""
        found = None
        if task.idempotency_key is not None:
            found = await self._running.read(self._truth.find, task.tenant, task.idempotency_key)
        if found is None:
            raise DuplicateError("task", task.id)
        if not same_submission(task, found):
            problem = f"it has the idempotency key {task.idempotency_key!r}, and was another task; use a new key"
            raise TaskConflictError(found.id, found.state.value, problem)
        return await self.handle(found.id)

    async def handle(self, task_id: str) -> TaskHandle:
        """Return a handle on a task, whoever submitted it, in this run or an earlier one.

        Raises:
            UnknownTaskError: there is none of that id.
        """
        handle = self._handles.of(task_id, self)
        task = await self.task(task_id)
        if task.state.final and not handle.done:
            handle.settle(task)
        return handle

    async def task(self, task_id: str) -> Task:
        """Return a task's record as the store has it.

        Raises:
            UnknownTaskError: there is none of that id.
        """
        found = await self._running.read(self._truth.get, task_id)
        if found is None:
            raise UnknownTaskError(task_id)
        return found

    async def page(
        self, chosen: TaskFilter, limit: int = 100, cursor: str | None = None, *, newest_first: bool = False
    ) -> tuple[list[Task], str | None]:
        """Return tasks in the order of their ids or the other way round, and the cursor of the next page or None."""
        return await self._running.read(self._truth.page, chosen, limit, cursor, newest_first=newest_first)

    async def counts(self) -> dict[TaskState, int]:
        """Return how many tasks are in each state."""
        return await self._running.read(self._truth.counts)

    async def cancel(self, task_id: str) -> None:
        """Cancel a task that has not ended; an attempt that runs is asked to end.

        Raises:
            UnknownTaskError: there is none of that id.
            TaskConflictError: it has ended.
        """
        found = None if self._machine.task(task_id) else await self.task(task_id)
        await self._running.ask(lambda request: inputs.CancelAsked(task_id, found, request))

    async def retry(self, task_id: str) -> None:
        """Queue a failed or cancelled task again, with all its attempts.

        Raises:
            UnknownTaskError: there is none of that id.
            TaskConflictError: it is in another state.
        """
        found = await self.task(task_id)
        await self._running.ask(lambda request: inputs.RetryAsked(found, request))

    async def join(self) -> None:
        """Wait until every task has ended."""
        await self._running.idle()

    # --- why --------------------------------------------------------------------------------------------------------

    def explain(self, task_type: str | None = None, **options: Unpack[TaskOptions]) -> Explanation:
        """Return which worker such a task would go to now, or why to none, without submitting it."""
        return self.balancer.explain(self._submissions.requirements(task_type, options), self._pool)

    async def explain_task(self, task_id: str) -> TaskExplanation:
        """Return why a task is where it is: the decision that placed it, or what it waits for.

        Raises:
            UnknownTaskError: there is none of that id.
        """
        task = self._machine.task(task_id) or await self.task(task_id)
        return await in_turns(explain_task(task, self._machine, self._pool, self.balancer, self._now()))

    def recommendations(self) -> list[RebalanceRecommendation]:
        """Return advice: which workers are overloaded, and what could move where. Nothing is changed."""
        return advise(Placed(list(self._pool), self._machine.holdings()), self.balancer.context, self.balancer.rules)

    # --- the guide's three ------------------------------------------------------------------------------------------

    async def distribute_task(self, task: TaskRequirements, payload: Any = None) -> str | None:
        """Give a task to a worker at once, or not at all.

        Args:
            task: what it needs; without a type it is of the type ``"generic"``.
            payload: JSON; what the handler is called with.

        Returns:
            The id of the task, which a worker now holds; None: no worker can take it now, and nothing was written.
        """
        new, _ = self._submissions.task(task.task_type or "generic", payload, {"requirements": task})
        placed = await self._running.ask(lambda request: inputs.TaskSubmitted(new, request, now_or_never=True))
        return None if placed is None else str(placed)

    async def handle_task_completion(
        self,
        worker_id: str,
        task_id: str,
        success: bool,
        duration: float,
        *,
        result: Any = None,
        error: str | None = None,
    ) -> None:
        """Report how a task ended that the caller runs for a worker (see `add_worker`).

        Raises:
            TaskConflictError: that worker does not hold it, or not any more.
        """
        held = self._machine.task(task_id)
        lease = held.lease if held is not None and held.state is TaskState.ASSIGNED else 0
        outcome = Outcome(success=success, result=result, error=error, duration=duration)
        await self._running.ask(lambda request: inputs.AttemptEnded(task_id, worker_id, lease, outcome, request))

    def monitor_and_rebalance(self) -> list[RebalanceRecommendation]:
        """Look for overload and imbalance, and return what should move; as `recommendations`.

        A task is bound to a worker only when that has room, so there is nothing to take back here: what has started is
        not moved.
        """
        return self.recommendations()


def _left(worker_id: str, request: int) -> inputs.Input:
    return inputs.WorkerLeft(worker_id, request)


def _drain(worker_id: str, request: int) -> inputs.Input:
    return inputs.DrainAsked(worker_id, request)


def _forget(answer: asyncio.Future[Any]) -> None:
    """Have nobody wait for an answer, and nobody complain that an error was not looked at."""
    if not answer.done():
        answer.cancel()
    elif not answer.cancelled():
        answer.exception()
