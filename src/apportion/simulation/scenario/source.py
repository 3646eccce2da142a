"""Where the traffic of a scenario comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from apportion.clock import Random
from apportion.simulation.scenario.row import Row


class Source(Protocol):
    """Traffic: a file, a generator, or tasks written down one by one."""

    @property
    def columns(self) -> Mapping[str, str]:
        """What expressions may ask for: name -> what it is."""
        ...

    def rows(self, rng: Random) -> Iterator[Row]:
        """Return the rows in the order of their arrival."""
        ...
