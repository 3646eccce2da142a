"""Time and chance: the one place that reads the machine's clock and makes a random source.

Everything else is handed a clock and a generator, so that every decision can be replayed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Returns Unix seconds."""

Random = random.Random
"""The random source that is passed around: seeded by whoever wants the same picks again."""


def wall_clock() -> float:
    """Return the machine's Unix time in seconds. It may jump; durations are measured with `monotonic_clock`."""
    return time.time()


def monotonic_clock() -> float:
    """Return seconds that never jump and never go back; their zero means nothing."""
    return time.monotonic()


def stopwatch() -> float:
    """Return seconds of the finest clock that the machine has, for timing short calls."""
    return time.perf_counter()


def fresh_random(seed: int | None = None) -> Random:
    """Return a new generator: from the system's entropy, or from ``seed``."""
    return Random(seed)


def twin(rng: Random) -> Random:
    """Return a generator that will give what ``rng`` would, without drawing from it."""
    copied = Random()
    copied.setstate(rng.getstate())
    return copied


class VirtualClock:
    """A clock that stands still until it is told to move; for tests and simulations.

    Args:
        now: the time at which it starts, in seconds.
    """

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    def __call__(self) -> float:
        """Return the time that it stands at, in seconds."""
        return self._now

    def advance(self, seconds: float) -> float:
        """Move on by ``seconds`` (never back) and return the new time."""
        if seconds < 0:
            raise ValueError(f"seconds: a clock does not go back, got {seconds!r}")
        self._now += seconds
        return self._now
