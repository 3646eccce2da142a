"""The search: all kinds together until the target is met, then as few of each as still meet it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import ceil
from typing import Any

from apportion.simulation.comparison import finite
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.sizing.fleet import Fleet, fleet_of, told
from apportion.simulation.sizing.target import Target
from apportion.simulation.sizing.trials import Told, Trial, Trials, fresh_seeds, wilson

MOST_WORKERS = 10_000
_STEPS = 32


@dataclass(frozen=True)
class Wanted:
    """What is searched for.

    Attributes:
        targets: all of them must be met.
        seeds: on every one of these.
        strategy: who decides.
        prices: id of a ``[[worker]]`` -> what one costs; 1 where nothing is said.
        fixed: ids of those whose number stays as it is written.
        most: workers in all.
    """

    targets: Sequence[Target]
    seeds: Sequence[int]
    strategy: Any = "adaptive"
    prices: Mapping[str, float] | None = None
    fixed: frozenset[str] = frozenset()
    most: int = MOST_WORKERS


@dataclass(frozen=True)
class Neighbour:
    """The answer with one worker less: why it is not smaller.

    Attributes:
        worker: the kind.
        values: of the targets' figures, on the seed on which it missed, or the last.
        met: whether it meets the targets after all: then the figures are not monotone there.
    """

    worker: str
    values: tuple[float, ...]
    met: bool


@dataclass(frozen=True)
class Answer:
    """What was found.

    Attributes:
        scenario: its name.
        targets: what was to be met.
        strategy: who decided.
        written: the fleet of the file, by kind.
        fleet: the cheapest fleet that was found to meet the targets; None: no number of such workers does.
        price: of it.
        others: other fleets that meet them and of which no worker can be spared, cheapest first.
        trials: of the fleet (or of the largest one tried), on the seeds of the search.
        fresh: of the fleet, on seeds that were not searched with.
        neighbours: what one worker less does.
        simulations: how many runs that took.
    """

    scenario: str
    targets: tuple[Target, ...]
    strategy: str
    written: Mapping[str, int]
    fleet: Mapping[str, int] | None
    price: float | None
    others: tuple[Mapping[str, int], ...]
    trials: tuple[Trial, ...]
    fresh: tuple[Trial, ...]
    neighbours: tuple[Neighbour, ...]
    simulations: int

    @property
    def sure(self) -> tuple[int, int, float, float]:
        """Fresh seeds on which the targets are met, of how many, and the 95 % interval of that share."""
        met = sum(trial.met for trial in self.fresh)
        return (met, len(self.fresh), *wilson(met, len(self.fresh)))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON."""
        met, of, low, high = self.sure
        return {
            "scenario": self.scenario,
            "targets": [str(target) for target in self.targets],
            "strategy": self.strategy,
            "written": dict(self.written),
            "fleet": None if self.fleet is None else dict(self.fleet),
            "price": self.price,
            "others": [dict(other) for other in self.others],
            "trials": [_plain(trial, self.targets) for trial in self.trials],
            "fresh": [_plain(trial, self.targets) for trial in self.fresh],
            "sure": {"met": met, "of": of, "low": round(low, 3), "high": round(high, 3)},
            "one_less": [
                {"worker": each.worker, "met": each.met, **_named(each.values, self.targets)}
                for each in self.neighbours
            ],
            "simulations": self.simulations,
        }


def find_fleet(scenario: Scenario, wanted: Wanted, follow: Told | None = None) -> tuple[Answer, Trials]:
    """Return the smallest fleet that meets the targets, as far as this search can tell, and the trials that it made.

    More workers are taken to be no worse, which is nearly so; where it is not, the answer may miss a smaller fleet, and
    never claims one that missed.

    Args:
        scenario: traffic, kinds of workers, events.
        wanted: what is searched for.
        follow: told of each simulation.

    Raises:
        FieldError: there is no target.
    """
    trials = Trials(scenario, wanted.strategy, wanted.targets, follow)
    search = _Search(scenario, wanted, trials)
    found = search.fleets()
    best = found[0] if found else None
    shown = search.largest if best is None else best
    # A fleet that misses one seed is not tried on the others: what it does there is of no use.
    seeds = wanted.seeds if best is not None else wanted.seeds[:1]
    fresh = fresh_seeds(wanted.seeds, 2 * len(wanted.seeds)) if best is not None else []
    answer = Answer(
        scenario=scenario.name,
        targets=tuple(wanted.targets),
        strategy=wanted.strategy if isinstance(wanted.strategy, str) else wanted.strategy.name,
        written=told(scenario, fleet_of(scenario)),
        fleet=None if best is None else told(scenario, best),
        price=None if best is None else search.price(best),
        others=tuple(told(scenario, fleet) for fleet in found[1:]),
        trials=tuple(trials.trial(shown, seed) for seed in seeds),
        fresh=tuple(trials.trial(shown, seed) for seed in fresh),
        neighbours=() if best is None else tuple(search.neighbours(best)),
        simulations=trials.simulations,
    )
    return answer, trials


class _Search:
    """Looks for fleets."""

    def __init__(self, scenario: Scenario, wanted: Wanted, trials: Trials) -> None:
        self._ids = [profile.id for profile in scenario.workers]
        self._written = fleet_of(scenario)
        self._free = [place for place, id in enumerate(self._ids) if id not in wanted.fixed]
        prices = wanted.prices or {}
        self._prices = [prices.get(id, 1.0) for id in self._ids]
        self._wanted = wanted
        self._trials = trials
        self.largest = self._written

    def price(self, fleet: Fleet) -> float:
        """Return what a fleet costs."""
        return sum(count * price for count, price in zip(fleet, self._prices, strict=True))

    def fleets(self) -> list[Fleet]:
        """Return fleets that meet the targets and of which no worker can be spared, cheapest first."""
        factor = self._enough()
        if factor is None:
            return []
        starts = {self._scaled(factor), self._scaled(factor * self._least_share(factor))}
        by_price = sorted(self._free, key=lambda place: -self._prices[place])
        orders = [by_price, *permutations(by_price)] if len(by_price) <= 3 else [by_price, by_price[::-1]]
        found = {self._trimmed(start, order) for start in sorted(starts) for order in orders}
        cheapest = self._exchanged(min(found, key=self._rank))
        return sorted({cheapest, *found}, key=self._rank)

    def _rank(self, fleet: Fleet) -> tuple[float, int, Fleet]:
        return self.price(fleet), sum(fleet), fleet

    def neighbours(self, fleet: Fleet) -> list[Neighbour]:
        """Return what one worker less of each kind does."""
        found: list[Neighbour] = []
        for place in self._free:
            if fleet[place] and sum(fleet) > 1:
                less = _with(fleet, place, fleet[place] - 1)
                trials = [self._trials.trial(less, seed) for seed in self._wanted.seeds]
                missed = next((trial for trial in trials if not trial.met), trials[-1])
                found.append(Neighbour(self._ids[place], missed.values, missed.met))
        return found

    def _meets(self, fleet: Fleet) -> bool:
        return self._trials.all_met(fleet, self._wanted.seeds)

    def _enough(self) -> int | None:
        """Return a multiple of the fleet as written that meets the targets; None: no allowed one does."""
        factor = 1
        while not self._meets(self._scaled(factor)):
            self.largest = self._scaled(factor)
            factor *= 2
            if not self._free or sum(self._scaled(factor)) > self._wanted.most:
                return None
        return factor

    def _least_share(self, factor: int) -> float:
        """Return the smallest share of a multiple that meets the targets, in steps of a 32nd."""
        return least(_STEPS, lambda step: step > 0 and self._meets(self._scaled(factor * step / _STEPS))) / _STEPS

    def _scaled(self, factor: float) -> Fleet:
        return tuple(
            max(1, ceil(count * factor)) if place in self._free else count for place, count in enumerate(self._written)
        )

    def _trimmed(self, fleet: Fleet, order: Sequence[int]) -> Fleet:
        """Return the fleet with as few of one kind after the other as still meet the targets."""
        for place in order:
            fleet = self._with_least(fleet, place)
        return fleet

    def _exchanged(self, fleet: Fleet) -> Fleet:
        """Return a cheaper fleet, as long as there is one with one worker less of a kind and more of another."""
        better: Fleet | None = fleet
        while better is not None:
            fleet = better
            better = next((other for other in self._exchanges(fleet) if self._meets(other)), None)
            if better is not None:
                better = self._trimmed(better, self._free)
        return fleet

    def _exchanges(self, fleet: Fleet) -> Iterator[Fleet]:
        """Yield the fleets that are cheaper by such an exchange: with as many of the other kind as the price allows."""
        for less in sorted(self._free, key=lambda place: -self._prices[place]):
            for more in self._free:
                if less != more and fleet[less]:
                    price = self._prices[more]
                    allowed = ceil(self._prices[less] / price) - 1 if price else self._wanted.most - sum(fleet)
                    if allowed > 0:
                        yield _with(_with(fleet, less, fleet[less] - 1), more, fleet[more] + allowed)

    def _with_least(self, fleet: Fleet, place: int) -> Fleet:
        return _with(fleet, place, least(fleet[place], lambda count: self._meets(_with(fleet, place, count))))


def least(enough: int, meets: Callable[[int], bool]) -> int:
    """Return the smallest count that meets, by bisection: ``enough`` does, and more is no worse."""
    low, high = -1, enough
    while high - low > 1:
        middle = (low + high) // 2
        if meets(middle):
            high = middle
        else:
            low = middle
    return high


def _with(fleet: Fleet, place: int, count: int) -> Fleet:
    return (*fleet[:place], count, *fleet[place + 1 :])


def _named(values: Sequence[float], targets: Sequence[Target]) -> dict[str, Any]:
    return {target.name: finite(value) for target, value in zip(targets, values, strict=True)}


def _plain(trial: Trial, targets: Sequence[Target]) -> dict[str, Any]:
    return {"seed": trial.seed, "met": trial.met, **_named(trial.values, targets)}
