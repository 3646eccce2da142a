"""The last things that happened, numbered, for those who follow them live."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import msgspec

from apportion.events import Fact, TaskFact, TaskRequeued, TasksPlaced, WorkerFact

WINDOW = 100_000
_AT_ONCE = 1_000


class EventLog:
    """Keeps a window of events. An event's id names this log and its number in it: another log's ids are unknown here.

    Args:
        name: of this log, another one after each start.
        window: how many events are kept.
    """

    def __init__(self, name: str, window: int = WINDOW) -> None:
        self._name = name
        self._events: deque[tuple[str, dict[str, Any]]] = deque(maxlen=window)
        self._first = 1
        self._next = 1
        self._waiting: set[asyncio.Event] = set()
        self._closed = False

    @property
    def next(self) -> int:
        """The number of the event that happens next."""
        return self._next

    def add(self, fact: Fact) -> None:
        """Take in what has happened; an observer."""
        if isinstance(fact, TasksPlaced):
            return  # names neither task nor worker, and each of its tasks has an event of its own
        if len(self._events) == self._events.maxlen:
            self._first += 1
        self._events.append((fact.kind, _said(fact)))
        self._next += 1
        for waiter in self._waiting:
            waiter.set()

    def place_of(self, event_id: str) -> int | None:
        """Return the number after that of an event, or None where this log does not reach back to it."""
        name, _, number = event_id.rpartition("-")
        if name != self._name or not (number.isascii() and number.isdigit() and len(number) < 16):
            return None
        following = int(number) + 1
        return following if self._first <= following <= self._next else None

    def reaches(self, number: int) -> bool:
        """Return whether an event of that number is still kept, or yet to come."""
        return number >= self._first

    def read(self, number: int, tenant: str | None = None) -> tuple[bytes, int]:
        """Return events from a number on as server-sent events, and the number to go on with.

        Args:
            number: of the first.
            tenant: only those of this tenant's tasks; None: all.
        """
        start = number - self._first
        stop = min(len(self._events), start + _AT_ONCE)
        parts: list[bytes] = []
        for index in range(start, stop):
            kind, said = self._events[index]
            if tenant is not None and said.get("tenant") != tenant:
                continue
            parts.append(
                b"id: %s-%d\nevent: %s\ndata: %s\n\n"
                % (self._name.encode(), self._first + index, kind.encode(), msgspec.json.encode(said))
            )
        return b"".join(parts), self._first + stop

    def about(self, task_id: str) -> list[dict[str, Any]]:
        """Return what is kept of a task, oldest first."""
        return [{"event": kind, **said} for kind, said in self._events if said.get("task_id") == task_id]

    def reset(self) -> bytes:
        """Return the event that says: some were missed, look at everything anew."""
        return b"id: %s-%d\nevent: reset\ndata: {}\n\n" % (self._name.encode(), self._next - 1)

    async def wait(self, number: int, seconds: float) -> bool:
        """Wait until there is an event of that number; False: there is none yet, or the log is closed."""
        if self._closed or self._next > number:
            return self._next > number
        waiter = asyncio.Event()
        self._waiting.add(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter.wait()
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(waiter)
        return self._next > number

    @property
    def closed(self) -> bool:
        """Whether nothing will come any more."""
        return self._closed

    def close(self) -> None:
        """Let those who wait go."""
        self._closed = True
        for waiter in self._waiting:
            waiter.set()


def _said(fact: Fact) -> dict[str, Any]:
    """Return what an event says: who and what, never a payload or a result."""
    if isinstance(fact, TaskFact):
        task = fact.task
        said: dict[str, Any] = {
            "at": fact.at,
            "task_id": task.id,
            "task_type": task.task_type,
            "tenant": task.tenant,
            "state": task.state,
            "attempt": task.attempt,
            "worker_id": task.assigned_worker,
        }
        if isinstance(fact, TaskRequeued):
            said.update(worker_id=fact.worker_id, reason=fact.reason, counted=fact.counted, delay=fact.delay)
        elif task.error is not None and task.state.final:
            said["reason"] = task.error
        return said
    if isinstance(fact, WorkerFact):
        return {"at": fact.at, "worker_id": fact.worker_id, "reason": fact.reason}
    return fact.to_dict()
