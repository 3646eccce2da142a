"""A task of the simulation, before anything has happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apportion.model.task import TaskRequirements


class Shape:
    """What tasks of one type have in common.

    Attributes:
        number: counts the shapes of a run.
        lane: shapes of one lane may go to the same workers at the same priority, so their tasks wait in one line.
        requirements: what such tasks need, without what is each task's own.
        best: seconds a unit of work on the best idle worker; None where durations come from columns.
    """

    __slots__ = ("best", "lane", "number", "requirements")

    def __init__(self, number: int, lane: int, requirements: TaskRequirements) -> None:
        self.number = number
        self.lane = lane
        self.requirements = requirements
        self.best: float | None = None


class Job:
    """One task; it is the same for every strategy that is tried on it.

    Attributes:
        index: its place in the order of arrival.
        arrival: seconds of the trace.
        shape: what it has in common with others.
        requirements: what the balancer is shown.
        work: units of work.
        columns: of its row, where workers need them for its duration.
        key: by which workers keep at hand what it needs; None: its type.
        doomed: it fails wherever it runs.
        noise: a standard normal draw: how lucky its first attempt is with its duration.
        luck: a uniform draw: its first attempt fails on workers whose failure rate is above.
        best: service time on the best idle worker, in seconds, at the speeds of the beginning.
    """

    __slots__ = (
        "arrival",
        "best",
        "columns",
        "doomed",
        "index",
        "key",
        "luck",
        "noise",
        "requirements",
        "shape",
        "work",
    )

    def __init__(self, index: int, arrival: float, shape: Shape, requirements: TaskRequirements, work: float) -> None:
        self.index = index
        self.arrival = arrival
        self.shape = shape
        self.requirements = requirements
        self.work = work
        self.columns: Mapping[str, Any] | None = None
        self.key: str | None = None
        self.doomed = False
        self.noise = 0.0
        self.luck = 0.0
        self.best = 0.0
