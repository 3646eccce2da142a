"""Rows of generators that know nothing of a task but its arrival and its work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from apportion.clock import Random
from apportion.model.frozen import FrozenDict
from apportion.simulation.scenario.amount import Amount
from apportion.simulation.scenario.row import Row

COLUMNS: Mapping[str, str] = FrozenDict({"work": "units of work, as drawn"})
TASK_TYPE = "task"


def amount_of(given: Amount | Mapping[str, Any]) -> Amount:
    """Return a distribution from what a file says of it."""
    return given if isinstance(given, Amount) else Amount.from_dict(given)


def rows_at(arrivals: Iterable[float], work: Amount, limit: int, rng: Random) -> Iterator[Row]:
    """Return so many rows, with work drawn for each."""
    for arrival in islice(arrivals, limit):
        drawn = work.draw(rng)
        yield Row(arrival, drawn, TASK_TYPE, {"work": drawn})
