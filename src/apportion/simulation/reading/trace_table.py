"""The ``[trace]`` of a scenario file: a format and a path, a generator and its parameters, or tasks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from apportion.errors import did_you_mean
from apportion.simulation.generators import GENERATORS
from apportion.simulation.reading.problems import Problems
from apportion.simulation.scenario.inline import Inline
from apportion.simulation.scenario.source import Source
from apportion.simulation.traces import READERS
from apportion.simulation.traces.trace_file import TraceFile

_WAYS = ("format", "generator", "tasks")
_ANY_TASK = {"tasks": [{"at": 0}]}


def read_trace(line: int | None, given: Any, folder: Path, problems: Problems) -> Source | None:
    """Return the source of a table, or None where something is wrong with it, which is noted."""
    if not isinstance(given, dict):
        problems.add(line, "trace: is required and missing; it names a format and a path, a generator, or tasks")
        return None
    table = dict(cast("dict[str, Any]", given))
    ways = [way for way in _WAYS if way in table]
    if len(ways) != 1:
        problems.add(
            line, f"trace: must have exactly one of {', '.join(_WAYS)}, and has {' and '.join(ways) or 'none'}"
        )
        return None
    if ways == ["tasks"]:
        return problems.built(line, "trace", Inline, table, _ANY_TASK)
    if ways == ["generator"]:
        return _generator(line, table, problems)
    return _file(line, table, folder, problems)


def _generator(line: int | None, table: dict[str, Any], problems: Problems) -> Source | None:
    name = table.pop("generator")
    if name not in GENERATORS:
        nearest = did_you_mean(name, GENERATORS)
        problems.add(line, f"trace.generator: unknown: {name!r}{nearest}; known: {', '.join(GENERATORS)}")
        return None
    return problems.built(line, "trace", GENERATORS[name], table, {})


def _file(line: int | None, table: Mapping[str, Any], folder: Path, problems: Problems) -> Source | None:
    stand_in = {"format": next(iter(READERS)), "path": "any"}
    source = problems.built(line, "trace", TraceFile, table, stand_in)
    if source is None:
        return None
    path = folder / source.path
    if not path.exists():
        problems.add(line, f"trace.path: there is no {path}")
        return None
    return source.replace(path=str(path))
