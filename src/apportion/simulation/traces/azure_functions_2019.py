"""``azure-functions-2019``: calls of serverless functions, counted by the minute (Shahrad et al., USENIX ATC 2020).

A folder with ``*_inv.csv`` (calls in each of 1440 minutes) and ``*_run.csv`` (durations in ms: a few percentiles), or
either of the two files. Calls are spread evenly at random over their minute; each duration is drawn by inverse
transform from the function's percentiles, linear between them, and cut off at two minutes. The task type is the
function.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from apportion.clock import Random
from apportion.errors import InputFileError
from apportion.simulation.scenario.row import Row
from apportion.simulation.traces.reader import Reader, csv_rows, number, opened

_SHARES = (0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0)
_PERCENTILES = tuple(f"percentile_Average_{percent}" for percent in (0, 1, 25, 50, 75, 99, 100))
_LONGEST = 120.0
_NAME = 8  # letters of the hash that name a function; they are unique among hundreds


def read(path: Path, rng: Random) -> Iterator[Row]:
    """Return the calls of a folder, function by function."""
    if path.name.endswith(("_inv.csv", "_run.csv")):
        path = path.parent
    durations = _durations(_file(path, "_run.csv"))
    counts = _file(path, "_inv.csv")
    with opened(counts) as file:
        rows = csv.reader(file)
        begin = _first_minute(next(rows, list[str]()), counts)
        for line, row in enumerate(rows, start=2):
            function = row[0]
            if function not in durations:
                continue
            for minute, count in enumerate(row[begin:]):
                for _ in range(int(number(counts, line, f"minute {minute + 1}", count))):
                    yield _call(function, 60.0 * (minute + rng.random()), _drawn(durations[function], rng))


def _first_minute(header: list[str], path: Path) -> int:
    for name in ("minute_1", "1"):
        if name in header:
            return header.index(name)
    raise InputFileError(str(path), 1, "has no column 'minute_1'")


def _call(function: str, arrival: float, seconds: float) -> Row:
    name = function[:_NAME]
    return Row(arrival, seconds, name, {"function": name, "seconds": seconds}, key=name)


def _durations(path: Path) -> dict[str, list[float]]:
    """Return the seconds at each percentile, by function."""
    return {
        row["HashFunction"]: [number(path, line, name, row[name]) / 1000.0 for name in _PERCENTILES]
        for line, row in csv_rows(path, ["HashFunction", *_PERCENTILES])
    }


def _drawn(seconds: list[float], rng: Random) -> float:
    share = rng.random()
    above = min(len(_SHARES) - 1, bisect_right(_SHARES, share))
    low, high = _SHARES[above - 1], _SHARES[above]
    drawn = seconds[above - 1] + (seconds[above] - seconds[above - 1]) * (share - low) / (high - low)
    return min(_LONGEST, max(1e-3, drawn))


def _file(folder: Path, ending: str) -> Path:
    found = sorted(folder.glob(f"*{ending}"))
    if len(found) != 1:
        raise InputFileError(str(folder), None, f"must be a folder with one file *{ending}, and has {len(found)}")
    return found[0]


READER = Reader(read, {"function": "which function (the beginning of its hash)", "seconds": "drawn duration"})
