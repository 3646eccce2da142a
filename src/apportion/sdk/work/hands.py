"""What runs a worker's tasks: an executor for each kind of handler, and no more at once than each can."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apportion.catalog import EXECUTORS, load
from apportion.executors.guardian import Guardian
from apportion.executors.handlers import is_coroutine_handler, no_handler
from apportion.executors.outcomes import Stop, of_stop
from apportion.ports import Attempt, Executor, Outcome
from apportion.runtime.submission import new_id
from apportion.sdk.work.task import TaskHandler, taking_task

ADAPT = "apportion.sdk.work.task:taking_task"

Ended = Callable[[Attempt, Outcome], None]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A handler, and what runs it.

    Attributes:
        handler: the function.
        executor: ``"thread"`` or ``"process"``; of no meaning for coroutines.
    """

    handler: TaskHandler
    executor: str = "thread"


@dataclass(slots=True)
class _Lane:
    """An executor, how many it runs at once, and who waits for it.

    A task waits here and not in the executor, so that what has not been started can be handed back.
    """

    executor: Executor
    most: float
    running: int = 0
    waiting: deque[Attempt] = field(default_factory=deque[Attempt])


class Hands:
    """Runs attempts.

    Args:
        handlers: task type -> handler.
        commands: the task types whose payloads are run as commands; None: none; empty: all that have no handler.
        capacity: the worker's; so many functions run in threads, and so many in processes, at once.
        ended: called with each attempt that has ended, and how.
    """

    def __init__(
        self, handlers: Mapping[str, Chosen], commands: frozenset[str] | None, capacity: float, ended: Ended
    ) -> None:
        self._ended = ended
        self._guardian: Guardian | None = None
        self._by_type: dict[str | None, _Lane] = {}
        most = max(1, math.ceil(capacity))
        for kind, chosen in _by_kind(handlers).items():
            lane = _Lane(self._made(kind, chosen, most), math.inf if kind == "coroutine" else most)
            self._by_type.update(dict.fromkeys(chosen, lane))
        if commands is not None:
            from apportion.executors.command import CommandConfig

            lane = _Lane(load(EXECUTORS["command"])(CommandConfig(folder=Path.cwd()), self._guard()), most)
            self._by_type.update(dict.fromkeys(commands or [None], lane))

    @property
    def unlimited(self) -> bool:
        """Whether some of its tasks need nobody to be free: coroutines."""
        return any(lane.most == math.inf for lane in self._lanes())

    def start(self, attempt: Attempt) -> None:
        """Begin an attempt, now or as soon as there is room."""
        lane = self._lane(attempt)
        if lane is None:
            types = [type for type in self._by_type if type is not None]
            asyncio.get_running_loop().call_soon(self._ended, attempt, no_handler(attempt, types))
        elif lane.running < lane.most:
            self._begin(lane, attempt)
        else:
            lane.waiting.append(attempt)

    def cancel(self, attempt: Attempt) -> None:
        """Ask an attempt to end; whatever becomes of it, it is told as any other end."""
        lane = self._lane(attempt)
        if lane is None:
            return
        if attempt in lane.waiting:
            lane.waiting.remove(attempt)
            asyncio.get_running_loop().call_soon(self._ended, attempt, of_stop(Stop.CANCELLED, attempt, 0.0))
        else:
            lane.executor.cancel(attempt)

    def unstarted(self) -> list[Attempt]:
        """Take out what has not been started, and return it."""
        taken: list[Attempt] = []
        for lane in self._lanes():
            taken += lane.waiting
            lane.waiting.clear()
        return taken

    async def close(self, grace: float) -> None:
        """End everything, within so many seconds where the means exist."""
        await asyncio.gather(*(lane.executor.close(grace) for lane in self._lanes()))
        if self._guardian is not None:
            await self._guardian.close()

    def _begin(self, lane: _Lane, attempt: Attempt) -> None:
        lane.running += 1

        def report(attempt: Attempt, outcome: Outcome) -> None:
            lane.running -= 1
            if lane.waiting:
                self._begin(lane, lane.waiting.popleft())
            self._ended(attempt, outcome)

        lane.executor.start(attempt, report)

    def _lane(self, attempt: Attempt) -> _Lane | None:
        return self._by_type.get(attempt.task_type) or self._by_type.get(None)

    def _lanes(self) -> list[_Lane]:
        return list({id(lane): lane for lane in self._by_type.values()}.values())

    def _made(self, kind: str, chosen: Mapping[str, Chosen], most: int) -> Executor:
        handlers = {type: each.handler for type, each in chosen.items()}
        adapted = {type: taking_task(handler) for type, handler in handlers.items()}
        arguments: dict[str, tuple[Any, ...]] = {"coroutine": (adapted,), "thread": (adapted, most)}
        if kind == "process":
            arguments[kind] = (handlers, most, self._guard(), ADAPT)
        made: Executor = load(EXECUTORS[kind])(*arguments[kind])
        return made

    def _guard(self) -> Guardian:
        if self._guardian is None:
            self._guardian = Guardian(new_id())
        return self._guardian


def _by_kind(handlers: Mapping[str, Chosen]) -> dict[str, dict[str, Chosen]]:
    kinds: dict[str, dict[str, Chosen]] = {}
    for type, chosen in handlers.items():
        kind = "coroutine" if is_coroutine_handler(chosen.handler) else chosen.executor
        kinds.setdefault(kind, {})[type] = chosen
    return kinds
