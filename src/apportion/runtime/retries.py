"""Whether and when a failed attempt is repeated: pure rules."""

from __future__ import annotations

from apportion.clock import Random
from apportion.config import RuntimeConfig
from apportion.model.task_record import Task

_MOST_DOUBLINGS = 60


def gives_up(task: Task, failures: int, retry: bool) -> bool:
    """Return whether the failed attempt was the last: as many as the task may have, or one that said so."""
    return not retry or failures >= task.max_attempts


def backoff(config: RuntimeConfig, failures: int, rng: Random) -> float:
    """Return the seconds before the next attempt: doubled with each failure, limited, and spread by half either way.

    Spread, because tasks that failed together (for want of one database, say) should not come back together.
    """
    nominal = config.retry_backoff * 2.0 ** min(failures - 1, _MOST_DOUBLINGS)
    return float(min(nominal, config.retry_backoff_limit)) * rng.uniform(0.5, 1.5)
