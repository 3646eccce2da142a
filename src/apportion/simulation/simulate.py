"""`simulate`: one scenario, one strategy, one seed, one result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any

from apportion import validation
from apportion.clock import fresh_random, stopwatch
from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.core.strategies import STRATEGIES
from apportion.core.strategies.adaptive import AdaptiveStrategy
from apportion.errors import FieldTypeError, UnknownStrategyError
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from apportion.simulation.bounds.bounds import Bounds, bounds_of
from apportion.simulation.figures.count import columns_of, figures_of
from apportion.simulation.figures.series import series_of
from apportion.simulation.placing.balancer_placer import BalancerPlacer
from apportion.simulation.placing.dispatcher import Dispatcher
from apportion.simulation.placing.machine_dispatcher import MachineDispatcher, Record
from apportion.simulation.placing.matching import MatchingDispatcher
from apportion.simulation.placing.selecting import SelectingDispatcher
from apportion.simulation.policies import BASELINES, MATCHING, ORACLES
from apportion.simulation.policies.policy import PolicyPlacer
from apportion.simulation.reading.scenario_file import read_scenario
from apportion.simulation.result import SimulationResult
from apportion.simulation.run import Run
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.world.happenings import incidents_of
from apportion.simulation.world.ledger import End
from apportion.simulation.world.traffic import Traffic, traffic_of
from apportion.simulation.world.world import World

_SAMPLES = 100
_STREAM = 2 << 32
"""The strategy's random source is far from those of the traffic."""


def strategy_names() -> list[str]:
    """Return who can be asked to decide by name: the product's strategies, the baselines, the oracles."""
    return [*STRATEGIES, *BASELINES, *ORACLES]


def simulate(scenario: Scenario | str | PathLike[str], strategy: Any = "adaptive", seed: int = 0) -> SimulationResult:
    """Run a scenario under a strategy.

    Args:
        scenario: traffic, workers and events, or the path of a file that names them.
        strategy: a name (see `strategy_names`), or a strategy of your own as `LoadBalancer` takes it.
        seed: of everything random; the traffic, and the luck of each attempt, is the same for every strategy.

    Returns:
        Figures, bounds, series and the trace. Equal arguments give an equal trace.

    Raises:
        UnknownStrategyError: there is no strategy of that name.
        InputFileError: a trace cannot be read.
        ExceptionGroup: of InputFileError, one for each thing that is wrong with a scenario's file.
        FieldError, FieldTypeError: ``seed`` is no whole number >= 0, ``scenario`` is neither of the two.
    """
    seed = validation.count("seed", seed)
    if isinstance(scenario, (str, PathLike)):
        scenario = read_scenario(fspath(scenario))
    if not isinstance(scenario, Scenario):
        raise FieldTypeError("scenario", f"must be a Scenario or the path of a file, not {scenario!r}")
    return play(stage_of(scenario, seed), strategy)


@dataclass(frozen=True)
class Stage:
    """A scenario and a seed, with all that is the same for every strategy.

    Attributes:
        scenario: what is run.
        seed: of everything random.
        traffic: what arrives.
        bounds: what no strategy can do better.
    """

    scenario: Scenario
    seed: int
    traffic: Traffic
    bounds: Bounds

    def placed(self, placing: str) -> Stage:
        """Return the same traffic, placed in another way: ``select`` or ``plan``."""
        scenario = self.scenario
        changed = Scenario(
            scenario.name,
            scenario.source,
            scenario.workers,
            scenario.task_types,
            scenario.events,
            scenario.run.replace(placing=placing),
        )
        return Stage(changed, self.seed, self.traffic, self.bounds)


def stage_of(scenario: Scenario, seed: int) -> Stage:
    """Return what a scenario and a seed make the same for every strategy, so that it is made once."""
    traffic = traffic_of(scenario, seed)
    return Stage(scenario, seed, traffic, bounds_of(scenario, traffic))


def play(stage: Stage, strategy: Any, record: Record | None = None) -> SimulationResult:
    """Run one strategy on a stage; see `simulate`.

    Args:
        stage: scenario and seed.
        strategy: who decides.
        record: is given each line of the record of decisions, where the scenario is placed by ``plan``.
    """
    scenario, traffic, seed = stage.scenario, stage.traffic, stage.seed
    world = World(scenario.workers, len(traffic.jobs), seed)
    dispatcher = _dispatcher(stage, world, strategy, record)
    incidents = incidents_of(scenario)
    began = stopwatch()
    Run(world, traffic.jobs, incidents, dispatcher).play()
    wall = stopwatch() - began
    names = list(world.workers)
    return SimulationResult(
        scenario=scenario.name,
        strategy=strategy if isinstance(strategy, str) else strategy.name,
        seed=seed,
        figures=figures_of(scenario, traffic, world, incidents, dispatcher.decisions, wall),
        bounds=stage.bounds,
        series=series_of(columns_of(traffic.jobs, world, scenario.run.warm_up), world),
        trace=tuple(
            (job, names[worker], placed, started, ended, End(how).name.lower())
            for job, worker, placed, started, ended, how in world.ledger.attempts
        ),
    )


def _dispatcher(stage: Stage, world: World, strategy: Any, record: Record | None) -> Dispatcher:
    scenario, traffic, seed = stage.scenario, stage.traffic, stage.seed
    rng = fresh_random(seed + _STREAM)
    every = max(1, len(traffic.jobs) // _SAMPLES)
    build = BASELINES.get(strategy) or ORACLES.get(strategy) if isinstance(strategy, str) else None
    if build is not None:
        pool = WorkerPool()
        placer = PolicyPlacer(build(world, rng), pool, rng, world.clock)
        keep = MatchingDispatcher if strategy == MATCHING else SelectingDispatcher
        return keep(world, scenario.run, placer, pool, every)
    balancer = _balancer(strategy, world, seed)
    if scenario.run.placing == "plan":
        return MachineDispatcher(world, scenario.run, balancer, traffic.jobs, rng, every, record)
    pool = WorkerPool()
    return SelectingDispatcher(world, scenario.run, BalancerPlacer(balancer, pool), pool, every)


def _balancer(strategy: Any, world: World, seed: int) -> LoadBalancer:
    rng = fresh_random(seed + _STREAM)
    if not isinstance(strategy, str):
        return LoadBalancer(strategy, clock=world.clock, rng=rng)
    if strategy not in STRATEGIES:
        raise UnknownStrategyError(strategy, strategy_names())
    balancer = LoadBalancer(clock=world.clock, rng=rng)
    if strategy != AdaptiveStrategy.name:
        balancer.register_strategy(_Bystander())
    balancer.set_strategy(strategy)
    return balancer


class _Bystander:
    """Stands where the adaptive strategy stands when it does not decide: learning for nobody costs half the speed."""

    name = AdaptiveStrategy.name

    def select_worker(self, task: TaskRequirements, workers: Sequence[WorkerInfo], _: object) -> WorkerInfo | None:
        """Never asked."""
        return None
