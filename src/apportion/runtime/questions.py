"""Who waits for an answer of the machine."""

from __future__ import annotations

import asyncio
from typing import Any

from apportion.runtime.instructions import Answer


class Questions:
    """Numbers those who ask, and answers them."""

    def __init__(self) -> None:
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._count = 0

    def new(self) -> tuple[int, asyncio.Future[Any]]:
        """Return the number of a new question, and its answer to be."""
        self._count += 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[self._count] = answer
        return self._count, answer

    def take(self, number: int) -> asyncio.Future[Any] | None:
        """Return who waits for an answer, who is answered by somebody else."""
        return self._asked.pop(number, None)

    def answer(self, answer: Answer) -> None:
        """Answer a question, unless nobody listens any more."""
        asked = self._asked.pop(answer.request, None)
        if asked is None or asked.done():
            return
        if answer.error is not None:
            asked.set_exception(answer.error)
        else:
            asked.set_result(answer.value)

    def abandon(self, error: Exception) -> None:
        """Tell all who wait that no answer will come."""
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(error)
                asked.exception()  # not every one who asked still listens
        self._asked.clear()
