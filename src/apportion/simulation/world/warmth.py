"""What a worker keeps at hand for tasks of the same key: a prefix cache, loaded models, warm containers."""

from __future__ import annotations

from collections import OrderedDict
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apportion.simulation.scenario.worker_profile import WorkerProfile
    from apportion.simulation.world.job import Job


class Warmth:
    """The keys that one worker has at hand, the least recently used first.

    Args:
        profile: how many it keeps, for how long, and what it costs to do without.
    """

    __slots__ = ("_kept", "_profile", "_seconds")

    def __init__(self, profile: WorkerProfile) -> None:
        self._profile = profile
        self._seconds = inf if profile.warm_seconds is None else profile.warm_seconds
        self._kept: OrderedDict[str | None, float] = OrderedDict()

    def missing(self, job: Job, now: float) -> float:
        """Return the seconds that a job takes longer here now, for want of what is not at hand."""
        used = self._kept.get(_key(job))
        if used is not None and now - used <= self._seconds:
            return 0.0
        profile, more = self._profile, 0.0
        if job.columns is not None:
            columns = job.columns
            more = sum(float(columns[name]) * each for name, each in profile.cold_seconds_per.items())
        return profile.cold_seconds + more

    def use(self, job: Job, now: float) -> None:
        """Have at hand from now on what a job needs."""
        key = _key(job)
        self._kept[key] = now
        self._kept.move_to_end(key)
        if len(self._kept) > self._profile.warm:
            self._kept.popitem(last=False)

    def lose(self) -> None:
        """Have nothing at hand."""
        self._kept.clear()


def _key(job: Job) -> str | None:
    return job.requirements.task_type if job.key is None else job.key
