"""Chooses how progress is shown: as a picture on a terminal, as lines elsewhere, or not at all."""

from __future__ import annotations

from contextlib import nullcontext

from rich.console import Console

from apportion.batch.progress import ShowProgress
from apportion.batch.tally import Tally
from apportion.cli.live_progress import LiveProgress
from apportion.cli.plain_progress import PlainProgress


class NoProgress:
    """Shows nothing."""

    def update(self, now: float) -> None:
        """Show nothing."""


def progress_for(console: Console, title: str, *, quiet: bool) -> ShowProgress:
    """Return what shows the progress of a run on this console."""
    if quiet:
        return lambda _: nullcontext(NoProgress())
    if not console.is_terminal or console.is_dumb_terminal:
        return lambda tally: PlainProgress(console, tally)

    def live(tally: Tally) -> LiveProgress:
        return LiveProgress(console, tally, title)

    return live
