"""What the machine wants read from the store: carried out, and what it is told of it."""

from __future__ import annotations

from apportion.ports import TaskStore
from apportion.runtime.inputs import FrontLoaded
from apportion.runtime.instructions import LoadFront


def carry_out(load: LoadFront, store: TaskStore) -> FrontLoaded:
    """Read what is wanted; this may wait for the disk.

    Raises:
        StoreError: it cannot be read now.
    """
    if load.tenant is None:
        tasks = store.later(load.limit, load.after)
    else:
        tasks = store.queued(load.tenant, load.limit, load.after)
    return FrontLoaded(tasks, end=len(tasks) < load.limit)
