"""Fleets put to the test: each on the traffic of several seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from apportion.clock import fresh_random
from apportion.errors import FieldError
from apportion.simulation.figures.figures import Figures
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.scenario.source import Source
from apportion.simulation.simulate import play, stage_of
from apportion.simulation.sizing.fleet import Fleet, Kept, with_fleet
from apportion.simulation.sizing.target import Target
from apportion.simulation.world.traffic import rows_of

Told = Callable[[Fleet, int, bool], None]
"""Called after each simulation: fleet, seed, whether it met all targets."""

_WIDTH = 1.96


@dataclass(frozen=True)
class Trial:
    """One fleet on one seed.

    Attributes:
        seed: of the traffic and of everything else.
        values: of the targets' figures, in their order.
        met: whether all targets were met, and no task was refused that another fleet could serve.
    """

    seed: int
    values: tuple[float, ...]
    met: bool


class Trials:
    """Runs fleets and remembers what came of them.

    Args:
        scenario: the traffic and the kinds of workers.
        strategy: who decides.
        targets: what must be reached.
        told: follows what is done.
    """

    def __init__(self, scenario: Scenario, strategy: Any, targets: Sequence[Target], told: Told | None = None) -> None:
        if not targets:
            raise FieldError("targets", "must be at least one, like p95_wait<30")
        self._scenario = scenario
        self._strategy = strategy
        self._targets = tuple(targets)
        self._told = told
        self._sources: dict[int, Source] = {}
        self._unserved: dict[int, int] = {}
        self._known: dict[tuple[Fleet, int], Trial] = {}

    @property
    def simulations(self) -> int:
        """How many runs there were."""
        return len(self._known)

    def trial(self, fleet: Fleet, seed: int) -> Trial:
        """Return how a fleet does on a seed."""
        found = self._known.get((fleet, seed))
        if found is None:
            found = self._known[fleet, seed] = self._try(fleet, seed)
            if self._told is not None:
                self._told(fleet, seed, found.met)
        return found

    def all_met(self, fleet: Fleet, seeds: Sequence[int]) -> bool:
        """Return whether a fleet meets all targets on every seed; it stops at the first on which it does not."""
        return sum(fleet) > 0 and all(self.trial(fleet, seed).met for seed in seeds)

    def _try(self, fleet: Fleet, seed: int) -> Trial:
        source = self._source(seed)
        stage = stage_of(with_fleet(self._scenario, fleet, source), seed)
        if not stage.traffic.jobs:
            return Trial(seed, tuple(float("nan") for _ in self._targets), met=False)
        figures: Figures = play(stage, self._strategy).figures
        values = tuple(target.value(figures) for target in self._targets)
        met = all(target.met(value) for target, value in zip(self._targets, values, strict=True))
        return Trial(seed, values, met and figures.unserved <= self._least_unserved(seed, source))

    def _source(self, seed: int) -> Source:
        if seed not in self._sources:
            source = self._scenario.source
            self._sources[seed] = Kept(source.columns, list(rows_of(self._scenario, seed)))
        return self._sources[seed]

    def _least_unserved(self, seed: int, source: Source) -> int:
        """Return how many tasks no worker of any kind could take: those no fleet can help."""
        if seed not in self._unserved:
            everybody = with_fleet(self._scenario, tuple(1 for _ in self._scenario.workers), source)
            self._unserved[seed] = stage_of(everybody, seed).traffic.unserved
        return self._unserved[seed]


def wilson(met: int, tries: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, "Probable inference", J. Am. Stat. Assoc. 22, 1927)."""
    if not tries:
        return 0.0, 1.0
    share, square = met / tries, _WIDTH * _WIDTH / tries
    middle = (share + square / 2) / (1 + square)
    half = _WIDTH * sqrt(share * (1 - share) / tries + square / (4 * tries)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def fresh_seeds(seeds: Sequence[int], count: int) -> list[int]:
    """Return seeds that were not searched with, far from those that were."""
    rng = fresh_random(max(seeds))
    return sorted(rng.sample(range(1_000_000, 2_000_000), count))
