"""One moment on two clocks."""

from __future__ import annotations

from typing import NamedTuple


class Moment(NamedTuple):
    """When something is handled.

    Attributes:
        wall: Unix seconds, which may jump; for what is wall-clock by nature: ``deadline``, ``not_before``, records.
        steady: seconds that never jump; for durations: leases, time-outs, backoff.
    """

    wall: float
    steady: float
