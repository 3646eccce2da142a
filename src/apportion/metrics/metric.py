"""One line of the table of metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True, eq=False)  # each is itself alone, and is looked up at every event
class Metric:
    """A figure that is watched.

    Attributes:
        name: as Prometheus is told it, its unit included (a counter's ``_total`` is added there).
        kind: a counter only grows, a gauge is read when it is asked for, a histogram counts by size.
        help: one sentence.
        labels: the names of its labels.
        buckets: of a histogram: upper bounds, growing; above the last, everything.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
