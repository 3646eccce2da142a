"""A trace of a public format as the source of a scenario's traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from apportion import validation
from apportion.clock import Random
from apportion.errors import FieldError, did_you_mean
from apportion.model.plain import Plain
from apportion.simulation.scenario.row import Row
from apportion.simulation.traces import READERS


@dataclass(frozen=True)
class TraceFile(Plain):
    """A ``[trace]`` with a format and a path.

    Attributes:
        format: one of the known formats.
        path: the file or folder; in a scenario file, relative to it.
        time_scale: what arrivals are multiplied by, > 0; 0.5: twice as dense.
        begin: seconds of the trace (before scaling) at which to begin, >= 0; arrivals count from there.
        end: seconds at which to stop, or None.
        limit: tasks at most, >= 1, or None.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    format: str
    path: str
    time_scale: float = 1.0
    begin: float = 0.0
    end: float | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        validation.text("TraceFile.format", self.format)
        if self.format not in READERS:
            nearest = did_you_mean(self.format, READERS)
            raise FieldError("TraceFile.format", f"unknown: {self.format!r}{nearest}; known: {', '.join(READERS)}")
        validation.text("TraceFile.path", self.path)
        validation.number("TraceFile.time_scale", self.time_scale, above=0)
        validation.number("TraceFile.begin", self.begin, least=0)
        validation.optional_number("TraceFile.end", self.end, above=self.begin)
        if self.limit is not None:
            validation.count("TraceFile.limit", self.limit, least=1)

    @property
    def columns(self) -> Mapping[str, str]:
        """What expressions may ask for."""
        return READERS[self.format].columns

    def rows(self, rng: Random) -> Iterator[Row]:
        """Return the rows in the order of their arrival.

        Raises:
            InputFileError: the file cannot be read, or is not of this format.
        """
        read = sorted(READERS[self.format].read(Path(self.path), rng), key=lambda row: row.arrival)
        within = [row for row in read if self.begin <= row.arrival and (self.end is None or row.arrival < self.end)]
        for row in within[: self.limit]:
            row.arrival = (row.arrival - self.begin) * self.time_scale
            yield row
