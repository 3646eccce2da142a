"""A look at the state of earlier runs that leaves no trace, for a dry run."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from apportion.batch.batch import Batch
from apportion.batch.options import STORE_FILE, BatchOptions
from apportion.batch.problems import Problems
from apportion.batch.standing import standing_of
from apportion.batch.state import opened
from apportion.batch.task_line import TaskLine
from apportion.model.lifecycle import TaskState

# What belongs to a store besides its file: the log of what is not in the file yet.
COMPANIONS = ("", "-wal")


def what_is_left(batch: Batch, options: BatchOptions) -> tuple[list[TaskLine], int]:
    """Return the tasks that a run would run now, and how many have ended already.

    A copy of the store is read, for opening a store locks it and may bring it up to date.

    Raises:
        ExceptionGroup: of InputFileError: tasks that are not what they were in an earlier run.
        ConfigurationError: the store cannot be read.
    """
    place = options.store_file
    if options.fresh or not place.is_file():
        return batch.lines, 0
    with tempfile.TemporaryDirectory(prefix="apportion-") as folder:
        for companion in COMPANIONS:
            source = place.with_name(place.name + companion)
            if source.is_file():
                shutil.copyfile(source, Path(folder, STORE_FILE + companion))
        store = opened(Path(folder, STORE_FILE))
        try:
            problems = Problems(batch.name)
            standing = standing_of(batch.lines, store, problems)
        finally:
            store.close()
    if problems.found:
        raise ExceptionGroup("tasks that are not what they were", problems.found)
    done = {task.id for task in standing.ended if not (options.retry_failed and task.state is TaskState.FAILED)}
    return [line for line in batch.lines if line.id not in done], len(done)
