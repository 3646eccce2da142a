"""Two who wait for an executor to be empty are both told."""

from __future__ import annotations

import asyncio

from apportion.executors.coroutine import CoroutineExecutor
from apportion.ports import Attempt, Outcome


async def test_a_second_close_does_not_hang_the_first() -> None:
    """Both return once what was running has ended."""
    started = asyncio.Event()

    async def long(_payload: object) -> None:
        started.set()
        await asyncio.Event().wait()

    executor = CoroutineExecutor({"long": long})
    reports: list[Outcome] = []
    executor.start(Attempt("t", "long", None, "w", 1, 1, None), lambda _attempt, outcome: reports.append(outcome))
    await started.wait()
    await asyncio.wait_for(asyncio.gather(executor.close(0.1), executor.close(0.1)), 20)
    assert len(reports) == 1
