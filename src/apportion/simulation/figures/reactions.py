"""How soon traffic follows what happens to workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

import numpy as np

from apportion.model.worker import WorkerStatus
from apportion.simulation.figures.figures import Reaction
from apportion.simulation.scenario.happening import Change
from apportion.simulation.world.happenings import Incident
from apportion.simulation.world.world import World

_LOOK_BACK = 500
"""Decisions from which the share before an event is counted."""

_EXPECTED = 20
"""A share is watched over as many decisions as would bring the worker this many tasks, had nothing changed."""

_HALF = 0.5
_BACK = 0.8
_MOST = 400


def reactions_of(world: World, incidents: Sequence[Incident]) -> Iterator[Reaction]:
    """Yield how traffic reacted to each incident that makes a worker better or worse; of very many, to the first."""
    placed = sorted((attempt[2], attempt[1]) for attempt in world.ledger.attempts)
    times = np.array([time for time, _ in placed], dtype=np.float64)
    numbers = np.array([number for _, number in placed], dtype=np.int64)
    healthy: dict[str, float] = {}
    for place, incident in enumerate(incidents[:_MOST]):
        worse = gets_worse(world, incident)
        until = next((later.at for later in incidents[place + 1 :] if later.worker == incident.worker), inf)
        first, last = np.searchsorted(times, [incident.at, until]).tolist()
        hits = numbers == world.workers[incident.worker].number
        before = float(hits[max(0, first - _LOOK_BACK) : first].mean()) if first else 0.0
        if worse is None:
            continue
        if worse:
            healthy.setdefault(incident.worker, before)
        usual = before if worse else healthy.pop(incident.worker, 0.0)
        found = _when(hits[first:last], usual, worse) if usual > 0 else None
        yield Reaction(
            at=incident.at,
            worker=incident.worker,
            change=incident.change.words(),
            share_before=before,
            seconds=None if found is None else float(times[first + found] - incident.at),
            tasks=None if found is None else int(hits[first : first + found + 1].sum()),
        )


def _when(hits: np.ndarray[tuple[int], np.dtype[np.bool_]], usual: float, worse: bool) -> int | None:
    """Return after how many decisions the share had halved, or was back; None: never."""
    window = int(np.ceil(_EXPECTED / usual))
    if len(hits) < window:
        return None
    sums = np.cumsum(np.concatenate([[0], hits]))
    shares = (sums[window:] - sums[:-window]) / window
    reached = (shares <= _HALF * usual if worse else shares >= _BACK * usual).nonzero()[0]
    return int(reached[0]) + window - 1 if len(reached) else None


def gets_worse(world: World, incident: Incident) -> bool | None:
    """Return whether a change is for the worse, for the better (False), or neither (None), by the worker's profile."""
    change, profile = incident.change, world.workers[incident.worker].profile
    if change.leave or change.status in {WorkerStatus.OFFLINE, WorkerStatus.DRAINING, WorkerStatus.OVERLOADED}:
        return True
    if change.join or change.status is not None:
        return False
    slower = _slower(change, profile.speed)
    if slower is not None:
        return slower
    if change.failure_rate is not None:
        return change.failure_rate > profile.failure_rate
    if change.failure_rate_for:
        usual = profile.failure_rate_for
        return any(rate > usual.get(name, profile.failure_rate) for name, rate in change.failure_rate_for.items())
    return None


def _slower(change: Change, usual: float) -> bool | None:
    """Return whether the change is to a speed below the usual one; None where speeds stay or types differ."""
    if change.speed is not None:
        return change.speed < usual
    if change.speed_factor is not None:
        return change.speed_factor < 1
    return None
