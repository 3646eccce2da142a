"""What would have happened under other strategies: an estimate, and how far it can be believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot, nan, sqrt

import numpy as np

from apportion.clock import fresh_random
from apportion.core.strategies import STRATEGIES
from apportion.errors import UnknownStrategyError
from apportion.simulation.figures.figures import Figures
from apportion.simulation.replaying.answer import Actual, Estimate, Replay
from apportion.simulation.replaying.drift import drift_words, drifts_of
from apportion.simulation.replaying.estimate import Interval, Work, work_of
from apportion.simulation.replaying.model import Outcomes, Vector, fitted, outcomes_of
from apportion.simulation.replaying.record import Decision, Record
from apportion.simulation.replaying.scenario import scenario_of
from apportion.simulation.replaying.walk import walked
from apportion.simulation.simulate import play, stage_of

Told = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""

_BOOTSTRAP = 200
_DOUBTFUL = 0.2
_FAR = 0.15


@dataclass(frozen=True)
class ReplayOptions:
    """How a record is replayed.

    Attributes:
        strategies: whom to ask.
        resamples: simulations of each strategy, >= 2; each has a model that was fitted to another draw of the outcomes.
        seed: of everything random.
        placing: ``select``, or ``plan``, as the runtime does, which takes ten times as long.
    """

    strategies: Sequence[str]
    resamples: int = 20
    seed: int = 0
    placing: str = "select"


def replay(record: Record, options: ReplayOptions, told: Told | None = None) -> Replay:
    """Return what would have happened under other strategies.

    Two answers. Decision by decision: whom each strategy would have chosen at that moment, and what that would have
    cost (`work_of`). And as a whole: the same tasks at the same times are simulated with workers that are as the record
    shows them, so that queues form as they would have. The simulation is scaled by what it says of the strategy that
    really decided, where that is known: what the model gets wrong for both, cancels; and how wrong it is there, widens
    the interval.

    Args:
        record: what happened.
        options: whom to ask, and how often.
        told: follows what is done.

    Raises:
        UnknownStrategyError: there is no strategy of that name.
    """
    for name in options.strategies:
        if name not in STRATEGIES:
            raise UnknownStrategyError(name, STRATEGIES)
    workers = list(record.workers())
    outcomes = outcomes_of(record.decisions, workers)
    actual = _actual(record, outcomes)
    names = list(dict.fromkeys(options.strategies))
    say = told or _say_nothing
    wishes = walked(record, names, lambda done: say("deciding", done, len(record.decisions)))
    works = {
        each.name: work_of(record.decisions, outcomes, each, _BOOTSTRAP, options.seed + place)
        for place, each in enumerate(wishes)
    }
    played = _played(record, outcomes, [*names, *_baseline(actual, names)], options, say)
    base = played.get(actual.strategy)
    check = None if base is None else _interval(_flows(base, actual).tolist())
    estimates = tuple(_estimate(name, works[name], played[name], base, actual) for name in names)
    drifts = drift_words(drifts_of(outcomes, fitted(outcomes)))
    return Replay(actual, check, estimates, (*_doubts(record, actual, check), *drifts))


def _say_nothing(_what: str, _done: int, _of: int) -> None:
    pass


def _baseline(actual: Actual, names: Sequence[str]) -> list[str]:
    return [actual.strategy] if actual.strategy in STRATEGIES and actual.strategy not in names else []


def _played(
    record: Record, outcomes: Outcomes, names: Sequence[str], options: ReplayOptions, say: Told
) -> dict[str, list[Figures]]:
    """Return the figures of each strategy under each draw of the model; all meet the same draws."""
    rng = np.random.default_rng(fresh_random(options.seed).getrandbits(64))
    every = np.arange(len(outcomes.worker))
    found: dict[str, list[Figures]] = {name: [] for name in names}
    total = options.resamples * len(names)
    for number in range(options.resamples):
        drawn = outcomes.chosen(rng.choice(every, len(every)))
        luck = fresh_random(options.seed + number)
        scenario = scenario_of(record, outcomes, fitted(drawn), options.placing, luck)
        stage = stage_of(scenario, options.seed + number)
        for name in names:
            say(f"simulating {name}", sum(map(len, found.values())), total)
            found[name].append(play(stage, name).figures)
    return found


def _estimate(
    name: str, work: Work, figures: Sequence[Figures], base: Sequence[Figures] | None, actual: Actual
) -> Estimate:
    flows = _flows(figures, actual)
    flow, wait = _interval(flows.tolist()), _interval([each.wait.mean for each in figures])
    change = None
    if base is not None:
        ratio = flows / _flows(base, actual)
        error = float(_flows(base, actual).mean()) / actual.flow - 1.0
        change = _wider(_interval((ratio - 1.0).tolist()), error)
        flow = _wider(_interval((ratio * actual.flow).tolist()), error * actual.flow)
        # A wait has no scale where nobody waited, so it is shifted by what the model gets wrong, not stretched.
        error = float(np.mean([each.wait.mean for each in base])) - actual.wait
        wait = _wider(_interval([each.wait.mean - error for each in figures]), error)
    doubts: list[str] = []
    if work.thin > _DOUBTFUL:
        doubts.append(
            f"{work.thin:.0%} of its choices fall on workers that the record hardly knows at that type; "
            "there the estimate leans on the rest"
        )
    return Estimate(
        name,
        work,
        flow,
        _not_below(0.0, wait),
        _not_below(0.0, _interval([each.failed / max(1, each.tasks) for each in figures])),
        change,
        tuple(doubts),
    )


def _flows(figures: Sequence[Figures], actual: Actual) -> Vector:
    """Return mean flow times, with what the run itself takes of each attempt."""
    return np.array([each.flow.mean + actual.overhead * each.attempts / max(1, each.tasks) for each in figures])


def _wider(found: Interval, error: float) -> Interval:
    """Return an interval to which an error is added that is independent of what it holds."""
    below, above = hypot(found.value - found.low, error), hypot(found.high - found.value, error)
    return Interval(found.value, found.value - below, found.value + above)


def _interval(values: Sequence[float]) -> Interval:
    """Return the mean of simulations, and the interval in which one more would lie with 95 % (Student's t)."""
    around, spread = float(np.mean(values)), float(np.std(values, ddof=1))
    half = _student(len(values) - 1) * spread * sqrt(1 + 1 / len(values))
    return Interval(around, around - half, around + half)


def _not_below(least: float, found: Interval) -> Interval:
    return Interval(max(least, found.value), max(least, found.low), max(least, found.high))


def _student(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t (Abramowitz, Stegun: "Handbook of mathematical functions", 26.7.5)."""
    z = 1.959964
    first = (z**3 + z) / (4 * freedom)
    return z + first + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def _actual(record: Record, outcomes: Outcomes) -> Actual:
    first: dict[str, float] = {}
    done: dict[str, float] = {}
    failed: set[str] = set()
    for decision in record.decisions:
        first.setdefault(decision.task, decision.decided_at - decision.at)
        if decision.state == "succeeded" and decision.ended_at is not None:
            done[decision.task] = decision.ended_at - decision.at
        elif decision.state == "failed":
            failed.add(decision.task)
    began = min(decision.at for decision in record.decisions)
    return Actual(
        tasks=len(done) + len(failed),
        decisions=len(outcomes.worker),
        workers=len(outcomes.workers),
        types=len(outcomes.kinds),
        span=record.decisions[-1].decided_at - began,
        strategy=record.strategy,
        work=float(outcomes.duration.mean()),
        overhead=float(np.mean([_overhead(decision) for decision in record.decisions if decision.timed])),
        flow=float(np.mean(list(done.values()))) if done else nan,
        wait=float(np.mean(list(first.values()))),
        failed=len(failed) / max(1, len(done) + len(failed)),
    )


def _overhead(decision: Decision) -> float:
    assert decision.ended_at is not None, "what has a duration has ended"
    assert decision.duration is not None, "what is timed has a duration"
    return max(0.0, decision.ended_at - decision.decided_at - decision.duration)


def _doubts(record: Record, actual: Actual, check: Interval | None) -> list[str]:
    doubts: list[str] = []
    if check is None:
        doubts.append(f"the strategy that decided, {actual.strategy}, is not known here, so the model is not checked")
    elif abs(check.value / actual.flow - 1.0) > _FAR:
        doubts.append(
            f"asked about {actual.strategy}, which decided, the model says {check.value:.3g} s of flow time and it was "
            f"{actual.flow:.3g} s; estimates are scaled by that, and should be believed less"
        )
    strategies = {decision.strategy for decision in record.decisions}
    if len(strategies) > 1:
        doubts.append(
            f"several strategies decided ({', '.join(sorted(strategies))}); all is compared with their mixture"
        )
    if record.guessed:
        doubts.append(
            f"{len(record.guessed)} workers are not described in the record; they are guessed from what they ran"
        )
    return doubts
