"""The progress of a run as a picture that renews itself, for terminals."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.live import Live

from apportion.batch.tally import Tally
from apportion.cli.live_view import live_view


class LiveProgress:
    """Keeps the view of a run on the screen, and takes it away at the end: the summary says it better then.

    What is drawn is made on the thread that counts; a thread of its own writes it, so that a terminal that is paused
    does not hold up the run.
    """

    def __init__(self, console: Console, tally: Tally, title: str) -> None:
        self._console = console
        self._tally = tally
        self._title = title
        self._live = Live(console=console, refresh_per_second=4, transient=True, redirect_stdout=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def update(self, now: float) -> None:
        """Have the screen show how things are now."""
        size = self._console.size
        self._live.update(live_view(self._tally, self._title, now, size.width, size.height))
