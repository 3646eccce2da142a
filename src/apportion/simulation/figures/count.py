"""Computes the figures of a run from its ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from apportion.simulation.figures.figures import Figures, Spread
from apportion.simulation.figures.reactions import reactions_of
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.world.happenings import Incident
from apportion.simulation.world.job import Job
from apportion.simulation.world.ledger import End
from apportion.simulation.world.traffic import Traffic
from apportion.simulation.world.world import World

Numbers = NDArray[np.float64]

GIVEN_UP = 30.0
"""What a given-up task costs, in mean best service times."""


@dataclass(frozen=True)
class Columns:
    """The jobs that count, as columns.

    Attributes:
        arrival, best: of each, in seconds.
        start, end: when it first started and when it was over.
        state: how it ended.
    """

    arrival: Numbers
    best: Numbers
    start: Numbers
    end: Numbers
    state: NDArray[np.int64]

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which of them succeeded."""
        return np.equal(self.state, End.SUCCEEDED)

    @property
    def flow(self) -> Numbers:
        """Seconds from arrival to success, of those that succeeded."""
        return (self.end - self.arrival)[self.done]

    @property
    def wait(self) -> Numbers:
        """Seconds from arrival to the first start, of those that started."""
        wait = self.start - self.arrival
        return wait[~np.isnan(wait)]

    @property
    def slowdown(self) -> Numbers:
        """Flow time / service time on the best idle worker, of those that succeeded."""
        return self.flow / self.best[self.done]


def columns_of(jobs: Sequence[Job], world: World, warm_up: float) -> Columns:
    """Return the columns of the jobs that arrived after the warm-up."""
    arrival = np.array([job.arrival for job in jobs], dtype=np.float64)
    counted = arrival >= warm_up
    ledger = world.ledger
    return Columns(
        arrival[counted],
        np.array([job.best for job in jobs], dtype=np.float64)[counted],
        np.array(ledger.first_start, dtype=np.float64)[counted],
        np.array(ledger.ended, dtype=np.float64)[counted],
        np.array(ledger.state, dtype=np.int64)[counted],
    )


def figures_of(
    scenario: Scenario,
    traffic: Traffic,
    world: World,
    incidents: Sequence[Incident],
    decisions: int,
    wall: float,
) -> Figures:
    """Return the figures of a run.

    Args:
        scenario: what was run.
        traffic: what arrived.
        world: what became of it.
        incidents: what happened to workers.
        decisions: how many tasks were placed.
        wall: seconds of wall time that the run took.
    """
    columns = columns_of(traffic.jobs, world, scenario.run.warm_up)
    utilisation = {
        worker.id: worker.busy_seconds / worker.present_seconds if worker.present_seconds else 0.0
        for worker in world.workers.values()
    }
    attempts = world.ledger.attempts
    in_time = scenario.run.slo_seconds + scenario.run.slo_factor * columns.best[columns.done]
    return Figures(
        tasks=len(columns.state),
        done=int(columns.done.sum()),
        failed=int((columns.state == End.FAILED).sum()),
        doomed=int((columns.state == End.DOOMED).sum()),
        unserved=traffic.unserved,
        attempts=len(attempts),
        wasted_seconds=sum(end - start for _, _, _, start, end, how in attempts if how in {End.FAILED, End.LOST}),
        lost=sum(how == End.LOST for *_, how in attempts),
        wait=spread_of(columns.wait),
        flow=spread_of(columns.flow),
        slowdown=spread_of(columns.slowdown),
        cost=cost_of(columns),
        in_slo=float((columns.flow <= in_time).sum() / len(columns.state)) if len(columns.state) else nan,
        makespan=float(np.nanmax(columns.end) - columns.arrival[0]) if len(columns.state) else 0.0,
        utilisation=utilisation,
        jain=jain_of(list(utilisation.values())),
        moves=_moves(traffic.jobs, world),
        reactions=tuple(reactions_of(world, incidents)),
        decisions=decisions,
        decisions_per_second=decisions / wall if wall > 0 else nan,
    )


def cost_of(columns: Columns) -> float:
    """Return the mean seconds from arrival to success; a given-up task counts as 30 mean best service times.

    A task that failed by its own fault counts as it is: from arrival to end.
    """
    if not len(columns.state):
        return nan
    flow = columns.end - columns.arrival
    flow[columns.state == End.FAILED] = GIVEN_UP * columns.best.mean()
    return float(flow.mean())


def spread_of(values: Numbers) -> Spread:
    """Return mean and percentiles (linear between ranks)."""
    if not len(values):
        return Spread(nan, nan, nan, nan, nan)
    p50, p95, p99, p999 = np.percentile(values, [50, 95, 99, 99.9])
    return Spread(float(values.mean()), float(p50), float(p95), float(p99), float(p999))


def jain_of(shares: Sequence[float]) -> float:
    """Return Jain's index of fairness, (sum x)^2 / (n sum x^2) (Jain, Chiu, Hawe 1984); 1 where nobody did anything."""
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0


def _moves(jobs: Sequence[Job], world: World) -> int:
    """Return how often a task ran on another worker than the last one of its key."""
    last: dict[str, int] = {}
    moves = 0
    for job, worker, *_ in sorted(world.ledger.attempts, key=lambda attempt: attempt[2]):
        key = jobs[job].requirements.affinity_key
        if key is not None:
            moves += last.setdefault(key, worker) != worker
            last[key] = worker
    return moves
