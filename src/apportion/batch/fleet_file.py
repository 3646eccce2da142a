"""Reads a fleet file: TOML, a ``[[worker]]`` for each local worker or group of alike ones."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apportion.batch import strict_json
from apportion.batch.fleet_worker import LocalWorker, read_workers
from apportion.batch.problems import Problems
from apportion.errors import InputFileError

TOML_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")
WORKER_HEADER = re.compile(r"\s*\[\[\s*worker\s*\]\]")


@dataclass(frozen=True, slots=True)
class FleetFile:
    """What was read of a fleet file.

    Attributes:
        path: the file, as the user named it.
        workers: the workers that are right, in the order of the file.
        problems: what is wrong with the others.
    """

    path: str
    workers: list[LocalWorker]
    problems: list[InputFileError]


def read_fleet_file(path: str) -> FleetFile:
    """Read a whole file. What is wrong with it is returned, not raised."""
    problems = Problems(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        problems.add(None, f"cannot be read: {error.strerror}")
        return FleetFile(path, [], problems.found)
    except UnicodeDecodeError:
        problems.add(None, "is not UTF-8")
        return FleetFile(path, [], problems.found)
    return FleetFile(path, read_fleet(text, problems), problems.found)


def read_fleet(text: str, problems: Problems) -> list[LocalWorker]:
    """Return the workers of this text that are right; note what is wrong with the others."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _note_syntax(str(error), problems)
        return []
    problems.unknown(None, "fleet", tables, ["worker"])
    entries = tables.get("worker", [])
    if not strict_json.is_list(entries) or not all(map(strict_json.is_object, entries)):
        problems.add(None, "worker: each worker is a table of its own; begin it with [[worker]]")
        return []
    if not entries and not problems.found:
        problems.add(None, "names no worker; begin one with [[worker]]")
    return _workers(entries, _lines_of_entries(text, len(entries)), problems)


def _workers(entries: list[Mapping[str, Any]], lines: list[int | None], problems: Problems) -> list[LocalWorker]:
    workers: dict[str, LocalWorker] = {}
    for line, entry in zip(lines, entries, strict=True):
        for worker in read_workers(line, entry, problems):
            first = workers.setdefault(worker.info.id, worker)
            if first is not worker:
                place = f"the worker of line {first.line}" if first.line else "a worker before it"
                problems.add(line, f"worker.id: {worker.info.id!r} is the id of {place} too; ids are unique")
                break
    return list(workers.values())


def _note_syntax(message: str, problems: Problems) -> None:
    position = TOML_POSITION.search(message)
    if position is None:
        problems.add(None, f"not TOML: {message}")
    else:
        problems.add(int(position[1]), f"column {position[2]}: not TOML: {message[: position.start()]}")


def _lines_of_entries(text: str, wanted: int) -> list[int | None]:
    """Return the line of each worker's header. The parser keeps none, so they are looked for, and must be as many."""
    found = [number for number, line in enumerate(text.splitlines(), start=1) if WORKER_HEADER.match(line)]
    return list(found) if len(found) == wanted else [None] * wanted
