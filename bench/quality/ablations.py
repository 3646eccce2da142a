"""What each part of the adaptive strategy is worth: ``python -m bench.quality.ablations``.

Takes one part away at a time, or puts another in its place, and runs the same scenarios with the same seeds. Prints a
table in Markdown: cost / the greedy oracle's, mean over seeds.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from math import exp, log
from statistics import mean, stdev
from unittest.mock import patch

from apportion.core.learning import (
    arm,
    belief,
    cost,
    costs,
    crowding,
    learner,
    overdue,
    records,
    type_record,
    worker_record,
)
from apportion.core.learning.cost import Cost, cost_of
from apportion.core.strategies import adaptive
from apportion.simulation.policies import GREEDY
from apportion.simulation.reading.scenario_file import read_scenario
from apportion.simulation.simulate import play, stage_of
from bench.quality.__main__ import FOLDER

SCENARIOS = (
    "shared-machine", "short-history", "specialists", "unequal-speeds", "halves-swap", "scarce-skill",
    "failure-by-type", "loaded-models", "many-types",
)  # fmt: skip


def _upper_bound(believed: belief.Belief, kept: arm.Arm | None) -> Cost:
    """Optimism in place of draws, as UCB has it: one standard deviation, always."""
    plain = cost_of(believed, kept)
    return Cost(min(plain.drawn, plain.settled) - believed.doubt, plain.settled)


VARIANTS: dict[str, tuple[tuple[object, str, object], ...]] = {
    "as it is": (),
    "strategies alone, by weight (no learned cost)": ((adaptive, "BAND", 1e9),),
    "no load slope": ((crowding.Crowding, "added", lambda _self, costs, _field: costs),),
    "load slope without the toll": (
        (crowding, "_added", lambda at, slope, load, most: at + slope * log(1 + crowding.BEND * load / most)),
    ),
    "open picks say nothing": ((overdue, "_MOST", 0.0),),
    "no pooling over types": ((worker_record.WorkerRecord, "effect", lambda _self, prior, _ratio, **_: (prior, 0.0)),),
    "types are known by who had them": ((arm.Arm, "effect", property(lambda _: 0.0, lambda _, __: None)),),
    "each type tries everybody early": ((learner, "PLAUSIBLE", 1e9),),
    "credit for every type": ((records, "PURSE", 1e9),),
    "whole draws (Thompson sampling)": ((cost, "DRAW", 1.0),),
    "no draws, no optimism (greedy)": ((cost, "DRAW", 0.0), (cost, "OPTIMISM", 0.0)),
    "optimism instead of draws (UCB)": ((costs, "cost_of", _upper_bound),),
    "no probes": ((type_record, "_ALLOWANCE", 0.0), (records, "CREDIT", 0.0)),
    "doubt comes back as far as workers differ": ((belief, "_MOST_CHANGED", 9.0),),
    "no change detection": ((arm, "_ALARM", 1e9),),
    "a memory of ten, no change detection": ((arm, "_ALARM", 1e9), (arm, "_MEMORY", 0.9)),
}


@contextmanager
def varied(parts: tuple[tuple[object, str, object], ...]) -> Iterator[None]:
    """Have other parts in place for a while."""
    with ExitStack() as stack:
        for owner, name, other in parts:
            stack.enter_context(patch.object(owner, name, other))
        yield


def ratios(stages: list, oracle: list[float]) -> list[float]:
    """Return adaptive's cost over the oracle's on each stage."""
    return [play(stage, "adaptive").figures.cost / best for stage, best in zip(stages, oracle, strict=True)]


def main(show: Callable[[str], None] = print) -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.quality.ablations", description=__doc__)
    asked.add_argument("scenarios", nargs="*", default=SCENARIOS, help="names of files in this folder; default: nine")
    asked.add_argument("--seeds", type=int, default=3, help="how many seeds; default: 3")
    given = asked.parse_args()
    names, seeds = given.scenarios, range(given.seeds)
    stages = {name: [stage_of(read_scenario(str(FOLDER / f"{name}.toml")), s) for s in seeds] for name in names}
    best = {name: [play(stage, GREEDY).figures.cost for stage in some] for name, some in stages.items()}
    show(f"| | {' | '.join(names)} | geometric mean |")
    show(f"| --- |{' --- |' * (len(names) + 1)}")
    for title, parts in VARIANTS.items():
        with varied(parts):
            found = [ratios(stages[name], best[name]) for name in names]
        cells = [f"{mean(some):.3f} ± {stdev(some) / len(some) ** 0.5:.3f}" for some in found]
        show(f"| {title} | {' | '.join(cells)} | {exp(mean(log(mean(some)) for some in found)):.3f} |")


if __name__ == "__main__":
    main()
