"""A batch as it was asked for: its tasks, its fleet, and what is wrong or doubtful about either."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apportion.batch.command_line import missing_program
from apportion.batch.fleet_file import read_fleet_file
from apportion.batch.fleet_worker import LocalWorker
from apportion.batch.options import BatchOptions
from apportion.batch.problems import Problems
from apportion.batch.task_line import TaskLine
from apportion.batch.tasks_file import TasksFile, read_tasks, read_tasks_file
from apportion.errors import InputFileError

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be run, on whom.

    Attributes:
        name: the tasks file, as the user named it.
        folder: the folder that each ``cwd`` is relative to.
        lines: the tasks, in the order of the file.
        workers: the fleet, in the order of its file.
        problems: what is wrong; with any, nothing may run.
    """

    name: str
    folder: Path
    lines: list[TaskLine]
    workers: list[LocalWorker]
    problems: list[InputFileError]


def read_batch(options: BatchOptions) -> Batch:
    """Read both files. What is wrong with them is returned, not raised."""
    tasks = _read_standard_input() if options.tasks == STANDARD_INPUT else read_tasks_file(options.tasks)
    fleet = read_fleet_file(options.fleet)
    return Batch(tasks.path, tasks.folder, tasks.lines, fleet.workers, tasks.problems + fleet.problems)


def doubts(batch: Batch) -> Iterator[str]:
    """Yield what will probably go wrong: programs that are not there. It is no error: an earlier task may make them."""
    lines: dict[str, list[int]] = {}
    paths = tuple({worker.env.get("PATH", os.environ.get("PATH", os.defpath)) for worker in batch.workers})
    for line in batch.lines:
        program = missing_program(line.payload, batch.folder, paths)
        if program is not None:
            lines.setdefault(program, []).append(line.line)
    for program, where in lines.items():
        place = f"line {where[0]}" if len(where) == 1 else f"line {where[0]} and {len(where) - 1} more"
        missing = "is not there" if os.sep in program else "is not a program on the PATH"
        yield f"{batch.name}, {place}: {program!r} {missing}; a task that needs it will fail"


def _read_standard_input() -> TasksFile:
    problems = Problems("standard input")
    lines = read_tasks(sys.stdin.buffer, problems)
    return TasksFile(problems.path, Path.cwd(), lines, problems.found)
