"""``iofrol-ci-2015``: test executions of 320 CI cycles of ABB Robotics (Spieker et al., ISSTA 2017).

Columns ``cycle``, ``test``, ``duration_s``, ``failed``. All tests of a cycle arrive at once. The dates of the source
tell the grouping only, so cycles follow each other in the time that one worker of speed 1 would need for them all; a
scenario's ``time_scale`` fits that to its fleet (1/m: m such workers fully loaded). A test that failed fails wherever
it runs. Tests of one cycle share a key.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from apportion.clock import Random
from apportion.simulation.scenario.row import Row
from apportion.simulation.traces.reader import Reader, csv_rows, number


def read(path: Path, _rng: Random) -> Iterator[Row]:
    """Return the executions of a file."""
    begin, work, cycle = 0.0, 0.0, ""
    for line, row in csv_rows(path, ["cycle", "test", "duration_s", "failed"]):
        if row["cycle"] != cycle:
            begin, work, cycle = begin + work, 0.0, row["cycle"]
        seconds = number(path, line, "duration_s", row["duration_s"])
        work += seconds
        failed = row["failed"] == "1"
        yield Row(
            arrival=begin,
            work=max(1e-3, seconds),
            task_type="test",
            columns={"test": row["test"], "cycle": int(cycle), "seconds": seconds, "failed": failed},
            key=f"cycle-{cycle}",
            doomed=failed,
        )


READER = Reader(
    read,
    {
        "test": "which test",
        "cycle": "the number of the CI cycle",
        "seconds": "duration",
        "failed": "whether it failed",
    },
)
