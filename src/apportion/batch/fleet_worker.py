"""One ``[[worker]]`` of a fleet file: from a table to one worker or several alike, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from apportion import validation
from apportion.batch.problems import Problems
from apportion.errors import FieldError
from apportion.executors.command_payload import read_env
from apportion.model.frozen import FrozenDict
from apportion.model.worker import WorkerInfo

# What a worker is; how it is doing (load, status, metrics) is found out, not written down.
DESCRIBED = ("capabilities", "max_capacity", "affinity", "region", "latency", "labels", "task_types", "kind")
FIELDS = ("id", "count", *DESCRIBED, "env")

# Stands in for what is not looked at while one field is checked. A worker need have no capability.
ANYBODY: Mapping[str, Any] = {"id": "any", "capabilities": (), "max_capacity": 1}

# A bound on typing errors, not on what could be done: each worker is a place for processes of this machine.
MOST_ALIKE = 10_000


@dataclass(frozen=True, slots=True)
class LocalWorker:
    """A worker of this machine.

    Attributes:
        info: what it is.
        env: added to the environment of each command.
        line: where it stands in the file, where that is known.
    """

    info: WorkerInfo
    env: Mapping[str, str]
    line: int | None = None


def read_workers(line: int | None, given: Mapping[str, Any], problems: Problems) -> list[LocalWorker]:
    """Return the worker of one table, or as many as its count says; none where something is wrong, which is noted."""
    before = len(problems.found)
    problems.unknown(line, "worker", given, FIELDS)
    for name in ("id", "max_capacity"):
        if name not in given:
            problems.add(line, f"worker.{name}: is required and missing")
    id = problems.checked(line, lambda: _id(given.get("id", "unnamed")))
    count = problems.checked(line, lambda: _count(given.get("count", 1)))
    for name in DESCRIBED:
        if name in given:
            problems.checked(line, partial(_described, {name: given[name]}))
    env = given.get("env", {})
    problems.checked(line, partial(read_env, "worker.env", env))
    if len(problems.found) > before or id is None or count is None:
        return []
    info = _described({name: given[name] for name in DESCRIBED if name in given})
    ids = [f"{id}-{number}" for number in range(count)] if "count" in given else [id]
    return [LocalWorker(info.replace(id=each), FrozenDict(env), line) for each in ids]


def _described(fields: Mapping[str, Any]) -> WorkerInfo:
    """Return a worker with these fields and any id; called with one field, it checks that one."""
    return WorkerInfo(**{**ANYBODY, **fields})


def _id(value: object) -> str:
    id = validation.text("worker.id", value)
    if not id.isprintable():
        raise FieldError("worker.id", f"must be printable, not {id!r}")
    return id


def _count(value: object) -> int:
    count = validation.count("worker.count", value, least=1)
    if count > MOST_ALIKE:
        raise FieldError("worker.count", f"must be at most {MOST_ALIKE}, not {value!r}")
    return count
