"""``apportion``: decisions that a running service recorded, a JSON object a line.

Each line has ``at`` (Unix seconds of the submission), ``task_type`` and ``duration`` (seconds of the attempt that ended
it), and may have ``requirements`` (as `TaskRequirements.to_dict` writes them), ``worker`` and ``success``. The recorded
duration, whichever worker it was measured on, is taken as the work: a scenario that knows how fast its workers are can
correct that with an expression over ``seconds`` and ``worker``.
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
    """Return the tasks of a file."""
    first: float | None = None
    for line, text in lines(path):
        try:
            given: dict[str, Any] = json.loads(text)
            at, task_type, seconds = float(given["at"]), str(given["task_type"]), float(given["duration"])
            needs = TaskRequirements.from_dict(given.get("requirements") or {})
        except (ValueError, KeyError, TypeError, CallerError) as problem:
            shown = problem if isinstance(problem, CallerError) else "must be an object with at, task_type and duration"
            raise InputFileError(str(path), line, str(shown)) from None
        first = at if first is None else first
        yield Row(
            arrival=max(0.0, at - first),
            work=max(1e-6, seconds),
            task_type=task_type,
            columns={
                "seconds": seconds,
                "worker": str(given.get("worker", "")),
                "success": bool(given.get("success", True)),
            },
            capabilities=needs.capabilities,
            constraints=needs.constraints,
            key=needs.affinity_key,
            priority=needs.priority,
        )


READER = Reader(
    read,
    {"seconds": "measured duration", "worker": "who ran it", "success": "whether it succeeded"},
)
