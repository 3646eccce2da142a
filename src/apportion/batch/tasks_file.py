"""Reads a tasks file: JSON Lines, a task a line, blank lines left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from apportion.batch import strict_json
from apportion.batch.problems import Problems
from apportion.batch.task_line import TaskLine, read_task
from apportion.errors import InputFileError


@dataclass(frozen=True, slots=True)
class TasksFile:
    """What was read of a tasks file.

    Attributes:
        path: the file, as the user named it.
        folder: the folder that each ``cwd`` is relative to.
        lines: the tasks that are right, in the order of the file.
        problems: what is wrong with the others.
    """

    path: str
    folder: Path
    lines: list[TaskLine]
    problems: list[InputFileError]


def read_tasks_file(path: str) -> TasksFile:
    """Read a whole file. What is wrong with it is returned, not raised."""
    folder = Path(path).absolute().parent
    problems = Problems(path)
    try:
        with Path(path).open("rb") as file:
            lines = read_tasks(file, problems)
    except OSError as error:
        problems.add(None, f"cannot be read: {error.strerror}")
        lines = []
    return TasksFile(path, folder, lines, problems.found)


def read_tasks(source: Iterable[bytes], problems: Problems) -> list[TaskLine]:
    """Return the tasks of these lines that are right; note what is wrong with the others."""
    read = [task for number, text in _texts(source, problems) if (task := _task(number, text, problems)) is not None]
    _note_duplicates(read, problems)
    if not read and not problems.found:
        problems.add(None, "holds no task")
    return read


def _texts(source: Iterable[bytes], problems: Problems) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(source, start=1):
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            problems.add(number, f"column {error.start + 1}: not UTF-8")
            continue
        if text.strip():
            yield number, text


def _task(number: int, text: str, problems: Problems) -> TaskLine | None:
    try:
        value = strict_json.parse(text)
    except ValueError as error:
        problems.add(number, str(error))
        return None
    if not strict_json.is_object(value):
        problems.add(number, f'a task is an object such as {{"id": …, "task_type": …}}, not {text[:40]!r}')
        return None
    return read_task(number, value, problems)


def _note_duplicates(read: list[TaskLine], problems: Problems) -> None:
    first_lines: dict[str, int] = {}
    for task in read:
        first = first_lines.setdefault(task.id, task.line)
        if first != task.line:
            problems.add(task.line, f"id: {task.id!r} is the id of line {first} too; ids are unique")
