"""How a run is asked to end before it is done: once in good order, twice at once."""

from __future__ import annotations

import asyncio


class Stop:
    """Asked once, a run gives its commands time to end; asked again, it does not. Belongs to one event loop.

    Attributes:
        asked: set at the first time.
        at_once: set at the second.
    """

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.at_once = asyncio.Event()

    def ask(self) -> None:
        """Ask for the end, or, when that was done before, for the end at once."""
        if self.asked.is_set():
            self.at_once.set()
        self.asked.set()
