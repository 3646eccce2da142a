"""Writes ``results.jsonl``: a line for each task that has ended, whole or not there at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task


def result_of(task: Task) -> dict[str, Any]:
    """Return what the results file says about a task that has ended."""
    succeeded = task.state is TaskState.SUCCEEDED
    return {
        "id": task.id,
        "state": task.state.value,
        "attempts": attempts_of(task),
        "worker": task.assigned_worker,
        "exit_code": task.exit_code,
        "duration": task.duration,
        # A task that failed once and succeeded then keeps in the store what went wrong the first time.
        "error": None if succeeded else task.error,
    }


def attempts_of(task: Task) -> int:
    """Return how many attempts ended by themselves: those cut short by the end of a run are not counted."""
    return task.failures + (task.state is TaskState.SUCCEEDED)


class ResultsFile:
    """The results of one run, those of earlier runs included.

    The store is the truth and this file its image, so it is written anew when a run begins: half a line that a killed
    run left behind is gone, and a task that had ended without a line gets one.

    Args:
        path: the file.
        ended: the tasks that have ended already.
    """

    def __init__(self, path: Path, ended: Iterable[Task]) -> None:
        self.path = path
        lines = [_line(task) for task in sorted(ended, key=lambda task: (task.finished_at or 0, task.id))]
        _replace(path, b"".join(lines))
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def add(self, task: Task) -> None:
        """Append the line of a task that has ended.

        Raises:
            OSError: it could not be written whole, and no part of it was.
        """
        line = _line(task)
        before = os.fstat(self._file).st_size
        try:
            written = os.write(self._file, line)
            # A full disk takes what still fits first, and refuses only what follows.
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError:
            os.ftruncate(self._file, before)
            raise

    def close(self) -> None:
        """Bring everything to the disk and close the file. Safe to call twice."""
        if self._file >= 0:
            try:
                os.fsync(self._file)
            finally:
                os.close(self._file)
                self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _line(task: Task) -> bytes:
    return json.dumps(result_of(task), ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that at any moment either the old one or the new one is there, whole."""
    beside = path.with_name(path.name + ".new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
