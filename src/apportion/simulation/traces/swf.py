"""``swf``: the Standard Workload Format of the Parallel Workloads Archive, version 2.2.

A line a job, 18 numbers: 1 job, 2 submit time, 3 wait, 4 run time, 5 processors used, …, 8 processors asked for, 9 time
asked for, …, 11 status (1 done, 0 failed, 5 cancelled), 12 user, 13 group, 14 application, 15 queue, …; -1 is unknown,
and lines that begin with ``;`` are comments. Jobs that never ran are left out. The task type is the application, or the
queue where no application is recorded; jobs of one user share a key.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from apportion.clock import Random
from apportion.errors import InputFileError
from apportion.simulation.scenario.row import Row
from apportion.simulation.traces.reader import Reader, lines, number

_FIELDS = 18


def read(path: Path, _rng: Random) -> Iterator[Row]:
    """Return the jobs of a log that ran."""
    for line, text in lines(path):
        if text.lstrip().startswith(";"):
            continue
        fields = [number(path, line, f"field {place}", field) for place, field in enumerate(text.split(), start=1)]
        if len(fields) < _FIELDS:
            raise InputFileError(str(path), line, f"must have {_FIELDS} numbers, and has {len(fields)}")
        seconds, used, asked, limit = fields[3], fields[4], fields[7], fields[8]
        status, user, application, queue = (int(fields[place]) for place in (10, 11, 13, 14))
        if seconds <= 0:
            continue
        yield Row(
            arrival=fields[1],
            work=seconds,
            task_type=f"application-{application}" if application >= 0 else f"queue-{queue}",
            columns={
                "seconds": seconds,
                "processors": max(used, asked, 1.0),
                "seconds_asked": limit,
                "status": status,
                "user": user,
                "application": application,
                "queue": queue,
            },
            key=f"user-{user}" if user >= 0 else None,
        )


READER = Reader(
    read,
    {
        "seconds": "run time",
        "processors": "processors used or asked for, whichever is more",
        "seconds_asked": "run time asked for; -1: unknown",
        "status": "1 done, 0 failed, 5 cancelled, -1 unknown",
        "user": "number; -1: unknown",
        "application": "number; -1: unknown",
        "queue": "number; -1: unknown",
    },
)
