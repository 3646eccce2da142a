"""Which executor runs which attempts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from apportion.ports import Attempt, Executor, Outcome

Report = Callable[[Attempt, Outcome], None]


class Hands:
    """The executors of the local workers. Workers that are not here run their attempts themselves."""

    def __init__(self) -> None:
        self._by_worker: dict[str, Mapping[str | None, Executor]] = {}

    def lend(self, worker_id: str, by_type: Mapping[str | None, Executor]) -> None:
        """Let a worker have executors: task type -> executor; under None, the one for all other types."""
        self._by_worker[worker_id] = by_type

    def start(self, attempt: Attempt, report: Report) -> None:
        """Begin an attempt of a local worker; that of another is its own business."""
        by_type = self._by_worker.get(attempt.worker_id)
        if by_type is None:
            return
        executor = by_type.get(attempt.task_type) or by_type.get(None)
        if executor is None:
            problem = f"worker {attempt.worker_id!r} has no handler for {attempt.task_type!r}"
            report(attempt, Outcome(success=False, error=problem, fault="worker"))
            return
        executor.start(attempt, report)

    def cancel(self, attempt: Attempt) -> None:
        """Ask an attempt to end; nothing happens where it is not under way here."""
        by_type = self._by_worker.get(attempt.worker_id, {})
        executor = by_type.get(attempt.task_type) or by_type.get(None)
        if executor is not None:
            executor.cancel(attempt)

    async def take_back(self, worker_id: str, grace: float) -> None:
        """End what a worker still runs, unless others share its executors."""
        gone = self._by_worker.pop(worker_id, {})
        kept = {id(executor) for by_type in self._by_worker.values() for executor in by_type.values()}
        await _close((executor for executor in gone.values() if id(executor) not in kept), grace)

    async def close(self, grace: float) -> None:
        """End everything."""
        await _close((executor for by_type in self._by_worker.values() for executor in by_type.values()), grace)


async def _close(executors: Iterable[Executor], grace: float) -> None:
    distinct = {id(executor): executor for executor in executors}
    await asyncio.gather(*(executor.close(grace) for executor in distinct.values()))
