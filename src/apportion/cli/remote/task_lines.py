"""Tasks from a file or standard input: the lines of `apportion run`, and any other payload as well."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from apportion.batch import command_line, strict_json
from apportion.batch.problems import Problems
from apportion.config import RuntimeConfig
from apportion.runtime.submission import Submissions, TaskSpec

STANDARD_INPUT = "-"
_KNOWN = (*TaskSpec.__annotations__,)


def read_task_lines(path: str) -> tuple[list[dict[str, Any]], Problems]:
    """Return the tasks of a file that are right, as `Client.submit_many` takes them, and what is wrong with the others.

    Args:
        path: of the file; ``-``: standard input.
    """
    problems = Problems("standard input" if path == STANDARD_INPUT else path)
    if path == STANDARD_INPUT:
        return list(_tasks(sys.stdin.buffer, Path.cwd(), problems)), problems
    try:
        with Path(path).open("rb") as file:
            return list(_tasks(file, Path(path).absolute().parent, problems)), problems
    except OSError as error:
        problems.add(None, f"cannot be read: {error.strerror}")
        return [], problems


def _tasks(source: Iterable[bytes], folder: Path, problems: Problems) -> Iterator[dict[str, Any]]:
    checks = Submissions(RuntimeConfig())
    for number, raw in enumerate(source, start=1):
        if not raw.strip():
            continue
        try:
            given = strict_json.parse(raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n"))
        except UnicodeDecodeError as error:
            problems.add(number, f"column {error.start + 1}: not UTF-8")
        except ValueError as error:
            problems.add(number, str(error))
        else:
            task = _task(number, given, folder, checks, problems)
            if task is not None:
                yield task


def _task(number: int, given: object, folder: Path, checks: Submissions, problems: Problems) -> dict[str, Any] | None:
    if not strict_json.is_object(given):
        problems.add(number, 'a task is an object such as {"task_type": …, "payload": …}')
        return None
    before = len(problems.found)
    problems.unknown(number, "task", given, _KNOWN)
    payload = given.get("payload")
    if strict_json.is_object(payload) and "command" in payload:
        command_line.note_problems(number, payload, problems)
    if "task_type" not in given:
        problems.add(number, "task.task_type: is required and missing; it names what does the work")
    if len(problems.found) > before:
        return None
    options = {name: value for name, value in given.items() if name not in {"task_type", "payload"}}
    # The service checks the same; here it is known which line it is.
    checked = problems.checked(number, lambda: checks.task(given["task_type"], payload, options))
    return None if checked is None else {**given, "payload": _at_home(payload, folder)}


def _at_home(payload: Any, folder: Path) -> Any:
    """Return a payload whose command runs in the folder that it would run in with `apportion run`."""
    if strict_json.is_object(payload) and "command" in payload:
        return {**payload, "cwd": str(folder / payload.get("cwd", "."))}
    return payload
