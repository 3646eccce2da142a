"""Memory that many share: who wants more than is left waits his turn."""

from __future__ import annotations

import asyncio
from collections import deque


class Room:
    """Lends bytes, in the order in which they are asked for: who wants little does not pass who wants much.

    Args:
        size: bytes that are lent at most.
    """

    def __init__(self, size: int) -> None:
        self._free = size
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @property
    def free(self) -> int:
        """Bytes that nobody has."""
        return self._free

    async def take(self, size: int) -> None:
        """Wait until that much is free, and take it."""
        if not self._waiting and size <= self._free:
            self._free -= size
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await turn
        except BaseException:
            if turn.cancelled():
                self._hand_out()  # whoever stood behind it
            else:
                self.give(size)
            raise

    def give(self, size: int) -> None:
        """Give back what was taken."""
        self._free += size
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting:
            size, turn = self._waiting[0]
            if not turn.cancelled():
                if size > self._free:
                    return
                self._free -= size
                turn.set_result(None)
            self._waiting.popleft()
