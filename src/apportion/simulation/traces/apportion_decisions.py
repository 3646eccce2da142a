"""``apportion``: decisions that a running service recorded, a JSON object a line.

Each line has ``at`` (Unix seconds of the submission), ``task_type`` and ``duration`` (seconds of the attempt that ended
it), and may have ``requirements`` (as `TaskRequirements.to_dict` writes them), ``worker`` and ``success``. The recorded
duration, whichever worker it was measured on, is taken as the work: a scenario that knows how fast its workers are can
correct that with an expression over ``seconds`` and ``worker``.

What ``apportion decisions export`` writes is read as it is: of each task the attempt that ended it; lines about
workers, and attempts that ended no task, are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apportion.clock import Random
from apportion.errors import CallerError, InputFileError
from apportion.model.task import TaskRequirements
from apportion.simulation.scenario.row import Row
from apportion.simulation.traces.reader import Reader, lines


def read(path: Path, _rng: Random) -> Iterator[Row]:
    """Return the tasks of a file; the first to arrive arrives at 0, wherever it stands."""
    rows = list(_rows(path))
    first = min((row.arrival for row in rows), default=0.0)
    for row in rows:
        row.arrival -= first
    return iter(rows)


def _rows(path: Path) -> Iterator[Row]:
    for line, text in lines(path):
        try:
            given: dict[str, Any] = json.loads(text)
            if not _ends_a_task(given):
                continue
            at, task_type, seconds = float(given["at"]), str(given["task_type"]), float(given["duration"])
            needs = TaskRequirements.from_dict(given.get("requirements") or {})
        except (ValueError, KeyError, TypeError, CallerError) as problem:
            shown = problem if isinstance(problem, CallerError) else "must be an object with at, task_type and duration"
            raise InputFileError(str(path), line, str(shown)) from None
        yield Row(
            arrival=at,
            work=max(1e-6, seconds),
            task_type=task_type,
            columns={
                "seconds": seconds,
                "worker": str(given.get("worker", "")),
                "success": bool(given.get("success", given.get("outcome", "succeeded") == "succeeded")),
            },
            capabilities=needs.capabilities,
            constraints=needs.constraints,
            key=needs.affinity_key,
            priority=needs.priority,
            complexity=needs.complexity,
        )


def _ends_a_task(line: dict[str, Any]) -> bool:
    """Return whether a line is about a task that ended with an attempt; one without a kind was written for that."""
    if "kind" not in line:
        return True
    return line["kind"] == "decision" and line["state"] in {"succeeded", "failed"} and line["duration"] is not None


READER = Reader(
    read,
    {"seconds": "measured duration", "worker": "who ran it", "success": "whether it succeeded"},
)
