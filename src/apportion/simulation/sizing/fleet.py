"""The same scenario with another number of workers of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from apportion.clock import Random
from apportion.simulation.scenario.row import Row
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.scenario.source import Source

Fleet = tuple[int, ...]
"""How many workers of each ``[[worker]]`` of the scenario, in their order."""


@dataclass(frozen=True)
class Kept:
    """A source that was read once.

    Attributes:
        columns: as the source has them.
        kept: its rows.
    """

    columns: Mapping[str, str]
    kept: Sequence[Row]

    def rows(self, rng: Random) -> Iterator[Row]:
        """Return the rows."""
        return iter(self.kept)


def fleet_of(scenario: Scenario) -> Fleet:
    """Return the fleet as it is written."""
    return tuple(len(profile.ids()) for profile in scenario.workers)


def with_fleet(scenario: Scenario, fleet: Fleet, source: Source | None = None) -> Scenario:
    """Return the scenario with another fleet; what was to happen to workers that are not there is left out.

    Args:
        scenario: what is written.
        fleet: how many of each kind, at least one in all.
        source: in place of the scenario's.
    """
    workers = [
        replace(profile, count=None if profile.count is None and count == 1 else count)
        for profile, count in zip(scenario.workers, fleet, strict=True)
        if count
    ]
    there = {name for profile in workers for name in (profile.id, *profile.ids())}
    return replace(
        scenario,
        workers=workers,
        events=[event for event in scenario.events if event.worker in there],
        source=scenario.source if source is None else source,
    )


def told(scenario: Scenario, fleet: Fleet) -> dict[str, int]:
    """Return the fleet by the ids of the scenario's workers."""
    return {profile.id: count for profile, count in zip(scenario.workers, fleet, strict=True)}
