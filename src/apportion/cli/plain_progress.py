"""The progress of a run as single lines, for logs and pipes: now and then, and at each failure."""

from __future__ import annotations

from typing import Self

from rich.console import Console

from apportion.batch.tally import Tally
from apportion.cli.durations import short
from apportion.cli.terminal import plain
from apportion.model.lifecycle import TaskState

# A log of a run of an hour should be a page, and a run of a minute should not be silent.
SECONDS_BETWEEN_LINES = 10.0


def progress_line(tally: Tally, now: float) -> str:
    """Return where the run is in one line."""
    left = tally.seconds_left(now)
    parts = [
        f"{tally.ended.total()}/{tally.total} ended",
        f"{tally.ended[TaskState.FAILED]} failed",
        f"{tally.retried} retried",
        f"{tally.running} running",
    ]
    return ", ".join(parts) + ("" if left is None else f", about {short(left)} left")


class PlainProgress:
    """Prints a line every few seconds where anything has changed, and one for each failure."""

    def __init__(self, console: Console, tally: Tally) -> None:
        self._console = console
        self._tally = tally
        self._next = tally.began + SECONDS_BETWEEN_LINES
        self._said = ""
        self._failures_said = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left on the screen that would have to go."""

    def update(self, now: float) -> None:
        """Print what is new."""
        fresh = self._tally.failure_count - self._failures_said
        self._failures_said = self._tally.failure_count
        for failure in list(self._tally.failures)[-fresh:] if fresh else ():
            what = "failed" if failure.final else "will be tried again"
            self._console.print(plain(f"{failure.task_id} {what}: {failure.error}"))
        line = progress_line(self._tally, now)
        if now >= self._next and line != self._said:
            self._console.print(line)
            self._said = line
            self._next = now + SECONDS_BETWEEN_LINES
