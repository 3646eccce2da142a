"""Several strategies on the same traffic, beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, cast

from apportion.core.strategies import STRATEGIES
from apportion.simulation.policies import BASELINES, GREEDY, ORACLES
from apportion.simulation.result import SimulationResult
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.simulate import play, stage_of


@dataclass(frozen=True)
class Standing:
    """One strategy among those that it is compared with.

    Attributes:
        result: its run.
        regret: its cost / the lowest cost of any but the oracles, in hindsight.
        oracle_ratio: its cost / the greedy oracle's; None: that was not run.
        excess: its mean flow time / the largest lower bound on it.
    """

    result: SimulationResult
    regret: float
    oracle_ratio: float | None
    excess: float


@dataclass(frozen=True)
class Comparison:
    """Runs of one scenario with one seed.

    Attributes:
        scenario: its name.
        seed: of all runs.
        left_out: rows of the trace that no task type wanted.
        results: one for each strategy.
    """

    scenario: str
    seed: int
    left_out: int
    results: tuple[SimulationResult, ...]

    def standings(self) -> list[Standing]:
        """Return all strategies, the lowest cost first."""
        own = [result.figures.cost for result in self.results if result.strategy not in ORACLES]
        best = min(own or [result.figures.cost for result in self.results])
        oracle = next((result.figures.cost for result in self.results if result.strategy == GREEDY), None)
        standings = [
            Standing(
                result,
                result.figures.cost / best,
                None if oracle is None else result.figures.cost / oracle,
                result.figures.flow.mean / result.bounds.flow,
            )
            for result in self.results
        ]
        return sorted(standings, key=lambda standing: standing.result.figures.cost)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but series and traces, as plain JSON; what is not a number is null."""
        return {
            "scenario": self.scenario,
            "seed": self.seed,
            "left_out": self.left_out,
            "bounds": finite(self.results[0].bounds.to_dict()),
            "runs": [
                {
                    "strategy": standing.result.strategy,
                    "regret": finite(standing.regret),
                    "oracle_ratio": finite(standing.oracle_ratio),
                    "excess": finite(standing.excess),
                    "figures": finite(standing.result.figures.to_dict()),
                }
                for standing in self.standings()
            ],
        }


def with_baselines(strategies: Iterable[Any]) -> list[Any]:
    """Return strategies, none of them twice, and whoever each comparison includes; none: all of the product's."""
    own = list(strategies) or list(STRATEGIES)
    return list(dict.fromkeys([*own, *BASELINES, *ORACLES]))


def compare(scenario: Scenario, strategies: Iterable[Any] = (), seed: int = 0) -> Comparison:
    """Run a scenario under strategies and all baselines, on the same traffic.

    Args:
        scenario: traffic, workers and events.
        strategies: names, or strategies of your own; none: all of the product's.
        seed: of everything random.

    Raises:
        UnknownStrategyError: there is no strategy of that name.
        InputFileError: a trace cannot be read.
    """
    stage = stage_of(scenario, seed)
    results = tuple(play(stage, strategy) for strategy in with_baselines(strategies))
    return Comparison(scenario.name, seed, stage.traffic.left_out, results)


def finite(value: Any) -> Any:
    """Return plain JSON in which None stands for what is not a finite number."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {name: finite(item) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [finite(item) for item in cast("Sequence[Any]", value)]
    return value
