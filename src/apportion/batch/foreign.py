"""Tells results that came of another state, before they would be replaced."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from apportion.batch import strict_json
from apportion.batch.options import BatchOptions
from apportion.errors import ConfigurationError
from apportion.model.task_record import Task
from apportion.ports import TaskStore

LOOKED_AT = 100
"""Lines that are compared. The file is the image of one store, so a few tell whose."""


def refuse_foreign_results(options: BatchOptions, store: TaskStore) -> None:
    """Refuse to replace results that this store did not bring about.

    Raises:
        ConfigurationError: they hold a task that this store does not know, or knows with another end.
    """
    if options.fresh or not options.results_file.exists():
        return
    for line in islice(_lines(options), LOOKED_AT):
        if not _is_of(line, store.get(str(line.get("id")))):
            raise ConfigurationError(
                f"{options.results_file} holds the results of another state than {options.store_file}: task "
                f"{line.get('id')!r} ended otherwise, or not at all, in this one; name another folder with --results, "
                "or move the file away"
            )


def _lines(options: BatchOptions) -> Iterator[dict[str, Any]]:
    """Yield what the file holds; half a line that a killed run left behind is nobody's."""
    with options.results_file.open("rb") as file:
        for raw in file:
            try:
                line = strict_json.parse(raw.decode())
            except ValueError:
                continue
            if strict_json.is_object(line):
                yield line


def _is_of(line: dict[str, Any], task: Task | None) -> bool:
    """Return whether a line is that of this task; no two attempts take equally long to the last digit."""
    return task is not None and (line.get("state"), line.get("duration")) == (task.state.value, task.duration)
