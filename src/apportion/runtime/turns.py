"""Long work that takes turns with everything else on the event loop."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from apportion.core.steps import Steps

T = TypeVar("T")


async def in_turns(steps: Steps[T]) -> T:
    """Take the steps one by one, and let others have the loop between two of them."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        await asyncio.sleep(0)
