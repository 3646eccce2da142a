"""Whoever shows how far a run is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from apportion.batch.tally import Tally


class Progress(Protocol):
    """Is told a few times a second that things may have changed."""

    def update(self, now: float) -> None:
        """Show how things are; ``now`` is by the clock of the tally. It must not block."""
        ...


ShowProgress = Callable[[Tally], AbstractContextManager[Progress]]
"""Begins to show the progress of a run, until the context ends."""
