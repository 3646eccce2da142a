"""What a service asks of a distributor besides what everybody does: remote workers, and lists as one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from apportion.errors import TaskConflictError
from apportion.model.explanation import Explanation
from apportion.model.recommendation import RebalanceRecommendation
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo
from apportion.ports import Outcome
from apportion.runtime import inputs
from apportion.runtime.advising import Advice, Adviser, Placed
from apportion.runtime.crew import Member
from apportion.runtime.explaining import TaskExplanation, explain_task
from apportion.runtime.instructions import HeartbeatAnswer
from apportion.runtime.lifetime import Lifetime
from apportion.runtime.turns import in_turns


class RemoteCalls(Lifetime):
    """Remote workers: each call answers once what it means is durable."""

    async def register(self, worker: WorkerInfo) -> int:
        """Take a remote worker in, and return its incarnation."""
        incarnation: int = await self._running.ask(lambda request: inputs.WorkerJoined(worker, True, request))
        return incarnation

    async def heartbeat(
        self, worker_id: str, incarnation: int | None, held: dict[str, int] | None, load: float | None = None
    ) -> HeartbeatAnswer:
        """Renew the leases that are named, or all; ``load``: the units of capacity that the worker has in use.

        Raises:
            UnknownWorkerError: it has to register again.
        """
        answer: HeartbeatAnswer = await self._running.ask(
            lambda request: inputs.Heartbeat(worker_id, incarnation, held, request, load)
        )
        return answer

    def claim(self, worker_id: str, incarnation: int | None, most: int, wait: float) -> tuple[int, asyncio.Future[Any]]:
        """Ask for work. Return the claim's number and, to be awaited, the attempts that it brings.

        Raises:
            UnknownWorkerError: by the future: it has to register again.
        """
        numbers: list[int] = []

        def opened(request: int) -> inputs.Input:
            numbers.append(request)
            return inputs.ClaimOpened(worker_id, incarnation, most, wait, request)

        answer = self._running.ask(opened)
        return numbers[0], answer

    def withdraw(self, worker_id: str, number: int) -> None:
        """Say that nobody listens to a claim any more; its future has been cancelled."""
        self._running.feed(inputs.ClaimWithdrawn(worker_id, number))

    def complete(self, task_id: str, worker_id: str, lease: int, outcome: Outcome) -> asyncio.Future[Any]:
        """Report how an attempt ended.

        Raises:
            TaskConflictError: by the future: the lease is void.
        """
        return self._running.ask(lambda request: inputs.AttemptEnded(task_id, worker_id, lease, outcome, request))

    def release(self, task_id: str, worker_id: str, lease: int) -> asyncio.Future[Any]:
        """Hand back what was not started.

        Raises:
            TaskConflictError: by the future: the lease is void.
        """
        return self._running.ask(lambda request: inputs.AttemptReleased(task_id, worker_id, lease, request))

    async def submit_all(self, tasks: Sequence[tuple[Task, float]]) -> None:
        """Take all of these new tasks, or none of them.

        Args:
            tasks: each with the seconds by which it is delayed; ids and keys are known to be new.

        Raises:
            QueueFullError: the queue has no room for all.
        """
        await self._running.ask(lambda request: inputs.TasksSubmitted(tasks, request))

    def stop_handing_out(self) -> None:
        """Let nothing new start, and answer all who wait for work."""
        self._running.feed(inputs.StopAsked())

    def new_task(self, task_type: str, payload: Any, options: Mapping[str, Any]) -> tuple[Task, float]:
        """Return a new task's record, and the seconds by which it is delayed.

        Raises:
            FieldError, FieldTypeError: naming the option.
        """
        return self._submissions.task(task_type, payload, options)

    async def look_up_all(self, task_ids: Sequence[str]) -> list[Task | None]:
        """Return tasks' records as the store has them, or None each."""
        found = await self._running.read(self._truth.get_all, task_ids)
        return [found.get(task_id) for task_id in task_ids]

    async def look_up_keys(self, keys: Sequence[tuple[str, str]]) -> list[Task | None]:
        """Return the tasks that were submitted with these keys, each a tenant and its key, or None each."""
        by_tenant: dict[str, list[str]] = {}
        for tenant, key in keys:
            by_tenant.setdefault(tenant, []).append(key)
        found = {
            tenant: await self._running.read(self._truth.find_all, tenant, own) for tenant, own in by_tenant.items()
        }
        return [found[tenant].get(key) for tenant, key in keys]

    # --- what is shown ----------------------------------------------------------------------------------------------

    def shown_workers(self) -> list[WorkerInfo]:
        """Return the workers as people see them; one that does not ask at this moment is none the worse for it."""
        return self._machine.workers()

    def shown_worker(self, worker_id: str) -> WorkerInfo | None:
        """Return a worker as people see it, or None."""
        worker, member = self._pool.get(worker_id), self._machine.member(worker_id)
        return None if worker is None or member is None else member.shown(worker)

    def member(self, worker_id: str) -> Member | None:
        """Return what is known of a worker, to be looked at only, or None."""
        return self._machine.member(worker_id)

    def waiting_and_held(self) -> tuple[int, int]:
        """Return how many tasks wait, and how many some worker holds."""
        return self._machine.queued, self._machine.held

    async def explain_requirements(self, requirements: TaskRequirements, most: int) -> Explanation:
        """Return what would be decided for a task that needs this; ``most``: how many workers are named."""
        return await in_turns(self.balancer.explaining(requirements, self._pool, most, self._machine.shown))

    async def explain_record(self, task: Task, most: int) -> TaskExplanation:
        """Return why a task is where it is; ``most``: how many workers are named."""
        known = self._machine.task(task.id) or task
        machine, now = self._machine, self._now()
        return await in_turns(explain_task(known, machine, self._pool, self.balancer, now, most, machine.shown))

    def switch(self, name: str) -> None:
        """Let the strategy of that name decide from now on; the history of the weights says so.

        Raises:
            UnknownStrategyError: there is none.
        """
        self._machine.recorder.weigh(self._clock())
        self.balancer.set_strategy(name)
        self._machine.recorder.weigh(self._clock())

    # --- advice -----------------------------------------------------------------------------------------------------

    async def advice(self) -> Advice:
        """Return which workers are overloaded, and what could move where; it may be a little old, and says how much."""
        return await self._adviser.advice()

    async def apply_advice(self) -> list[tuple[RebalanceRecommendation, str]]:
        """Carry out what can be carried out of the advice: tasks that have not started are taken back, to go elsewhere.

        Returns:
            Each piece of advice as it is now, with why it was not carried out; "": it was.
        """
        self._adviser.forget()
        done = [(each, await self._apply(each)) for each in (await self._adviser.advice()).items]
        self._adviser.forget()
        return done

    async def _apply(self, advice: RebalanceRecommendation) -> str:
        task_id = advice.task_id
        if task_id is None or advice.to_worker is None:
            return "it names no task that could move"
        try:
            await self._running.ask(lambda request: inputs.TakeBackAsked(task_id, advice.from_worker, request))
        except TaskConflictError as refused:
            return str(refused)
        return ""

    @cached_property
    def _adviser(self) -> Adviser:
        return Adviser(self._placed, self.balancer.context, self.balancer.rules, self._clock, self._steady)

    async def _placed(self) -> Placed:
        """Who is cooled down is shown as overloaded, being given nothing: but less to do would not help it."""
        workers = await in_turns(self._machine.seen())
        there = [worker for worker in workers if not self._machine.is_cooled_down(worker.id)]
        return Placed(there, self._machine.holdings())
