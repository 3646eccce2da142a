"""Long work that takes turns with everything else on the event loop."""

from __future__ import annotations

from types import coroutine
from typing import TypeVar

from apportion.core.steps import Steps

T = TypeVar("T")


@coroutine
def in_turns(steps: Steps[T]) -> Steps[T]:
    """Take the steps one by one, and let others have the loop between two of them.

    To an event loop, a bare ``yield`` says just that: it is what ``asyncio.sleep(0)`` is made of.
    """
    return (yield from steps)
