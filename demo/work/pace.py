"""Makes a worker as slow as its environment says: the same work, done so many times over."""

import os
from collections.abc import Callable


def at_the_workers_pace(work: Callable[[], str]) -> str:
    """Do the work SLOWNESS times and return its last result."""
    for _ in range(int(os.environ.get("SLOWNESS", "1")) - 1):
        work()
    return work()
