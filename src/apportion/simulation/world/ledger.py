"""What happened in a run, written down as it happens; all figures are computed from it afterwards."""

from __future__ import annotations

from enum import IntEnum
from math import nan

from apportion.simulation.world.worker import Attempt


class End(IntEnum):
    """How an attempt, or a job, ended."""

    OPEN = 0
    SUCCEEDED = 1
    FAILED = 2
    LOST = 3
    DOOMED = 4


class Ledger:
    """Columns of what happened.

    Attributes:
        attempts: (job, worker, placed, started, ended, how) of each attempt that is over, in the order of their ends.
        first_start: of each job, when some worker began with it; nan: nobody did.
        ended: of each job, when it was over.
        state: of each job, how it ended.
        weights: (seconds, strategy -> weight), sampled over the run.
    """

    def __init__(self, jobs: int) -> None:
        self.attempts: list[tuple[int, int, float, float, float, int]] = []
        self.first_start = [nan] * jobs
        self.ended = [nan] * jobs
        self.state = [0] * jobs
        self.weights: list[tuple[float, dict[str, float]]] = []

    def began(self, attempt: Attempt) -> None:
        """Note that a worker began with a job."""
        if attempt.number == 1 or self.first_start[attempt.job.index] != self.first_start[attempt.job.index]:
            self.first_start[attempt.job.index] = attempt.started

    def over(self, attempt: Attempt, now: float, how: End) -> None:
        """Note that an attempt is over."""
        self.attempts.append((attempt.job.index, attempt.worker.number, attempt.placed, attempt.started, now, how))

    def settled(self, job: int, now: float, how: End) -> None:
        """Note that a job is over."""
        self.ended[job] = now
        self.state[job] = how
