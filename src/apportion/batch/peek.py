"""A look at the state of earlier runs that leaves no trace, for a dry run."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from apportion.assemble import store_opener
from apportion.batch.batch import Batch
from apportion.batch.options import STORE_FILE, BatchOptions
from apportion.batch.problems import Problems
from apportion.batch.standing import Standing, standing_of
from apportion.batch.state import damaged, opened
from apportion.batch.task_line import TaskLine
from apportion.errors import StoreDamagedError
from apportion.model.lifecycle import TaskState
from apportion.runtime.ranking import due_of

# What belongs to a store besides its file: the log of what is not in the file yet.
COMPANIONS = ("", "-wal")


def what_is_left(batch: Batch, options: BatchOptions) -> tuple[list[TaskLine], int]:
    """Return the tasks that a run would run now, and how many have ended already.

    A copy of the store is read, for opening a store locks it and may bring it up to date.

    Raises:
        ExceptionGroup: of InputFileError: tasks that are not what they were in an earlier run.
        ConfigurationError: the store cannot be read.
    """
    store_opener(options.store)
    place = options.store_file
    if options.fresh or not place.is_file():
        return batch.lines, 0
    with tempfile.TemporaryDirectory(prefix="apportion-") as folder:
        for companion in COMPANIONS:
            source = place.with_name(place.name + companion)
            if source.is_file():
                shutil.copyfile(source, Path(folder, STORE_FILE + companion))
        problems = Problems(batch.name)
        try:
            standing = _standing(batch, Path(folder, STORE_FILE), problems)
        except StoreDamagedError as error:
            raise damaged(options, error) from error
    if problems.found:
        raise ExceptionGroup("tasks that are not what they were", problems.found)
    done = {task.id for task in standing.ended if not (options.retry_failed and task.state is TaskState.FAILED)}
    due = {task.id: due_of(task) for task in standing.waiting}
    new = {line.id for line in standing.new}
    left = (line for line in batch.lines if line.id not in done)
    # When the others may start was settled when they were handed in.
    return [line if line.id in new else replace(line, delay=0.0, not_before=due.get(line.id)) for line in left], len(
        done
    )


def _standing(batch: Batch, place: Path, problems: Problems) -> Standing:
    store = opened(place)
    try:
        return standing_of(batch.lines, store, problems)
    finally:
        store.close()
