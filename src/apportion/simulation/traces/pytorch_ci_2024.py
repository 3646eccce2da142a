"""``pytorch-ci-2024``: test jobs of five hours of PyTorch's CI, with the runners that they need and their verdicts.

Columns ``start_s``, ``env``, ``config``, ``runner``, ``conclusion`` and ``est_duration_s``. Jobs whose duration nobody
could estimate are left out. The task type is the configuration. A job needs a runner with its label, which is a
capability here (``lf.`` and ``amz2023.`` are the same machines mid-migration, and are dropped). A job that failed fails
wherever it runs: that is its own fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from apportion.clock import Random
from apportion.simulation.scenario.row import Row
from apportion.simulation.traces.reader import Reader, csv_rows, number

_SAME_MACHINES = ("lf.", "amz2023.")


def read(path: Path, _rng: Random) -> Iterator[Row]:
    """Return the jobs of a file."""
    for line, row in csv_rows(path, ["start_s", "env", "config", "runner", "conclusion", "est_duration_s"]):
        if not row["est_duration_s"]:
            continue
        seconds = number(path, line, "est_duration_s", row["est_duration_s"])
        runner = _runner(row["runner"])
        failed = row["conclusion"] == "failure"
        yield Row(
            arrival=number(path, line, "start_s", row["start_s"]),
            work=max(1.0, seconds),
            task_type=row["config"],
            columns={
                "env": row["env"],
                "config": row["config"],
                "runner": runner,
                "failed": failed,
                "seconds": seconds,
            },
            capabilities=frozenset({runner}),
            doomed=failed,
        )


def _runner(label: str) -> str:
    for prefix in _SAME_MACHINES:
        label = label.removeprefix(prefix)
    return label


READER = Reader(
    read,
    {
        "env": "the build that is tested",
        "config": "which tests",
        "runner": "the label of the machine that it needs",
        "failed": "whether it failed",
        "seconds": "estimated duration",
    },
)
