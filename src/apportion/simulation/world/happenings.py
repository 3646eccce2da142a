"""The events of a scenario, one by one in the order of time."""

from __future__ import annotations

from typing import NamedTuple

from apportion.simulation.scenario.happening import Change
from apportion.simulation.scenario.scenario import Scenario


class Incident(NamedTuple):
    """One event about one worker.

    Attributes:
        at: seconds of the trace.
        worker: whom it is about.
        change: what it changes.
    """

    at: float
    worker: str
    change: Change


def incidents_of(scenario: Scenario) -> list[Incident]:
    """Return all incidents in the order of time; those at one moment in the order of the file."""
    found = [
        Incident(at, worker, event.change)
        for event in scenario.events
        for at in event.moments()
        for worker in scenario.affected(event)
    ]
    return sorted(found, key=lambda incident: incident.at)


def late_comers(incidents: list[Incident]) -> set[str]:
    """Return the workers whose first coming or going is a ``join``: they are not there at the beginning."""
    first: dict[str, Change] = {}
    for incident in incidents:
        if incident.change.join or incident.change.leave:
            first.setdefault(incident.worker, incident.change)
    return {worker for worker, change in first.items() if change.join}
