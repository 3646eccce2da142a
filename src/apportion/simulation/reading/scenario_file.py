"""Reads a scenario file: TOML with ``[trace]``, ``[[task_type]]``, ``[[worker]]``, ``[[event]]`` and ``[run]``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard, cast

from apportion.errors import CallerError, InputFileError
from apportion.model.plain import Plain
from apportion.simulation.reading.problems import Problems
from apportion.simulation.reading.trace_table import read_trace
from apportion.simulation.scenario.happening import Happening
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.scenario.settings import RunSettings
from apportion.simulation.scenario.task_kind import TaskKind
from apportion.simulation.scenario.worker_profile import WorkerProfile

_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")
_TABLES = ("name", "trace", "task_type", "worker", "event", "run")
_STAND_INS: Mapping[type[Plain], Mapping[str, Any]] = {
    TaskKind: {"name": "any"},
    WorkerProfile: {"id": "any"},
    Happening: {"at": 0, "worker": "any", "set": {"join": True}, "every": 1},
    RunSettings: {},
}


def read_scenario(path: str) -> Scenario:
    """Return the scenario of a file.

    Raises:
        ExceptionGroup: of InputFileError, one for each thing that is wrong with the file.
    """
    scenario, problems = look_at(path)
    if scenario is None:
        raise ExceptionGroup(f"{path} is no scenario", problems)
    return scenario


def look_at(path: str) -> tuple[Scenario | None, list[InputFileError]]:
    """Return the scenario of a file, or None and all that is wrong with it."""
    problems = Problems(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        problems.add(None, f"cannot be read: {error.strerror}")
        return None, problems.found
    except UnicodeDecodeError:
        problems.add(None, "is not UTF-8")
        return None, problems.found
    scenario = parse_scenario(text, Path(path), problems)
    return (None if problems.found else scenario), problems.found


def parse_scenario(text: str, path: Path, problems: Problems) -> Scenario | None:
    """Return the scenario of a text; note what is wrong with it, and return None where anything is.

    Args:
        text: the file's.
        path: where it stands; traces are looked for beside it.
        problems: takes the notes.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _note_syntax(str(error), problems)
        return None
    for name in tables:
        if name not in _TABLES:
            problems.add(None, f"{name}: unknown table; known: {', '.join(_TABLES)}")
    source = read_trace(_line(text, "trace", 0), tables.get("trace"), path.parent, problems)
    kinds = _list(text, tables, "task_type", TaskKind, problems)
    workers = _list(text, tables, "worker", WorkerProfile, problems)
    events = _list(text, tables, "event", Happening, problems)
    run = problems.built(_line(text, "run", 0), "run", RunSettings, tables.get("run", {}), {})
    if "worker" not in tables:
        problems.add(None, "worker: there is nobody to work; begin a worker with [[worker]]")
    if problems.found or source is None or run is None:
        return None
    name = str(tables.get("name") or path.stem)
    try:
        return Scenario(name, source, workers, kinds, events, run)
    except CallerError as problem:
        problems.add(None, str(problem))
        return None


def _list(text: str, tables: Mapping[str, Any], name: str, make: type[Any], problems: Problems) -> list[Any]:
    entries = tables.get(name, [])
    if not _is_list_of_tables(entries):
        problems.add(None, f"{name}: each is a table of its own; begin it with [[{name}]]")
        return []
    read = [
        problems.built(_line(text, name, place), name, make, entry, _STAND_INS[make])
        for place, entry in enumerate(entries)
    ]
    return [value for value in read if value is not None]


def _is_list_of_tables(value: object) -> TypeGuard[Sequence[Mapping[str, Any]]]:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in cast("list[object]", value))


def _line(text: str, name: str, place: int) -> int | None:
    """Return the line of a table's header. The parser keeps none, so it is looked for."""
    header = re.compile(rf"\s*\[{{1,2}}\s*{name}\s*\]{{1,2}}")
    found = [number for number, line in enumerate(text.splitlines(), start=1) if header.match(line)]
    return found[place] if place < len(found) else None


def _note_syntax(message: str, problems: Problems) -> None:
    position = _POSITION.search(message)
    if position is None:
        problems.add(None, f"not TOML: {message}")
    else:
        problems.add(int(position[1]), f"column {position[2]}: not TOML: {message[: position.start()]}")
