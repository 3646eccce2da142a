"""Everything that problems are recognised by, at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apportion.service.overview.failing import Failing
from apportion.service.overview.fleet import FleetGlance
from apportion.service.overview.stuck import StuckLine
from apportion.wire.overview import Rates


@dataclass(frozen=True, slots=True)
class Trouble:
    """The last time that something went wrong, and what was said of it."""

    at: float
    said: str


@dataclass(frozen=True, slots=True)
class Situation:
    """How things are.

    Attributes:
        now: Unix seconds.
        waiting, held, limit: the queue.
        oldest: seconds that the longest waiting task has waited; None: none waits.
        levels: how many tasks waited at each step of the last two minutes.
        rates: of the last minute.
        refused: submits refused for a full queue within five minutes.
        dead: failed tasks in the store.
        fleet: the workers.
        stuck: tasks that nobody could take.
        failing_types, failing_workers: who fails lately.
        store, strategy: the last trouble with these.
        draining: whether the service ends.
    """

    now: float
    waiting: int
    held: int
    limit: int
    oldest: float | None
    levels: Sequence[int]
    rates: Rates
    refused: int
    dead: int
    fleet: FleetGlance
    stuck: Sequence[StuckLine]
    failing_types: Sequence[Failing]
    failing_workers: Sequence[Failing]
    store: Trouble | None
    strategy: Trouble | None
    draining: bool
