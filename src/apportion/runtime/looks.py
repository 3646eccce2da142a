"""What is looked at often and by many: cheap glances at the machine that change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from apportion.model.worker import WorkerInfo
from apportion.ports import TaskStore
from apportion.runtime.crew import Member
from apportion.runtime.lane import Lane
from apportion.runtime.lifetime import Lifetime


class Looks(Lifetime):
    """Glances. Nothing here costs more than a walk over the workers or over the shapes of waiting tasks."""

    def when_opened(self, look: Callable[[TaskStore], None]) -> None:
        """Have somebody look at the store as soon as it is open, before anything in it changes.

        Args:
            look: called in a thread that may wait.
        """
        open_store = self._open_store

        def open_and_look() -> TaskStore:
            store = open_store()
            try:
                look(store)
            except BaseException:
                store.close()
                raise
            return store

        self._open_store = open_and_look

    def members(self) -> Iterable[tuple[Member, WorkerInfo]]:
        """Return everybody who is registered: what the machine knows of them, and the worker as the pool has it."""
        machine = self._machine
        return [(member, worker) for worker in self._pool if (member := machine.member(worker.id)) is not None]

    def load_of(self, worker_id: str) -> float:
        """Return the units of capacity that a worker's tasks take; 0: nobody has that id."""
        return self._pool.load_of(worker_id) if self._pool.seat(worker_id) is not None else 0.0

    def lanes(self) -> list[Lane]:
        """Return the lines of waiting tasks in memory, one for each shape."""
        return self._machine.lanes()

    def waiting_since(self, lane: Lane) -> float | None:
        """Return the Unix time since which the first of a line has waited; None: nobody stands there."""
        first = self._machine.task(lane.line[0].task_id) if lane.line else None
        return None if first is None else max(first.queued_at, first.not_before or 0.0)

    def steady(self) -> float:
        """Return the seconds by which silence is judged."""
        return self._steady()
