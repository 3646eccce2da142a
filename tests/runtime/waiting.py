"""Waiting for things to happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

PATIENCE = 20.0


class Seen:
    """An observer that remembers every fact, and can be waited on."""

    def __init__(self) -> None:
        self.facts: list[Any] = []
        self._changed = asyncio.Event()

    def __call__(self, fact: Any) -> None:
        self.facts.append(fact)
        self._changed.set()

    def of(self, kind: type) -> list[Any]:
        """Return the facts of one kind."""
        return [fact for fact in self.facts if type(fact) is kind]

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; looked at after each fact."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._changed.clear()
                await self._changed.wait()
