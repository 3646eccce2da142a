"""Judges runs: means over seeds, with standard errors of what is paired by seed."""

from dataclasses import asdict, dataclass
from itertools import groupby
from math import sqrt
from statistics import mean, stdev

from apportion.simulation.policies import GREEDY, MATCHING

PLANNED = "adaptive, planned"

# Who knows no more than any balancer can know, and does not learn by worker and type as adaptive does.
RIVALS = (
    "round-robin", "least-loaded", "capability-based", "performance-based", "random", "join-shortest-queue",
    "power-of-two", "peak-ewma", "latency-based",
)  # fmt: skip
YARDSTICK_ORACLE = 1.10
YARDSTICK_RIVAL = 1.03
ERRORS = 2.0


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds and its standard error."""

    mean: float
    error: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.error:.3f}"


@dataclass(frozen=True)
class Verdict:
    """One scenario.

    Attributes:
        scenario: its file.
        title: its name.
        seeds: how many runs each mean is over.
        load: work at best service times / what all slots can do.
        floor: no strategy can have a mean flow time below this many seconds.
        rival: the fixed rule that is best here in hindsight.
        costs: mean cost of each, in seconds.
        to_oracle: cost / the greedy oracle's, of each.
        to_rival: adaptive's cost / the rival's.
        planned_to_rival: the same when the machine plans; None: it always does here, see ``to_rival``.
    """

    scenario: str
    title: str
    seeds: int
    load: float
    floor: float
    rival: str
    costs: dict[str, float]
    to_oracle: dict[str, Estimate]
    to_rival: Estimate
    planned_to_rival: Estimate | None

    @property
    def near_oracle(self) -> bool:
        """Whether adaptive is within 10 % of the greedy oracle, beyond noise."""
        return within(self.to_oracle["adaptive"], YARDSTICK_ORACLE)

    @property
    def beats_rivals(self) -> bool:
        """Whether adaptive is at most 3 % behind the best fixed rule, beyond noise."""
        return within(self.to_rival, YARDSTICK_RIVAL)

    def to_dict(self) -> dict:
        return {**asdict(self), "near_oracle": self.near_oracle, "beats_rivals": self.beats_rivals}


def judged(runs: list[dict]) -> list[Verdict]:
    """Return a verdict for each scenario; runs are sorted by scenario."""
    return [_judge(list(some)) for _, some in groupby(runs, key=lambda run: run["scenario"])]


def _judge(runs: list[dict]) -> Verdict:
    names = list(runs[0]["costs"])
    costs = {name: mean(run["costs"][name] for run in runs) for name in names}
    rival = min(RIVALS, key=costs.__getitem__)
    return Verdict(
        scenario=runs[0]["scenario"],
        title=runs[0]["title"],
        seeds=len(runs),
        load=mean(run["load"] for run in runs),
        floor=mean(run["floor"] for run in runs),
        rival=rival,
        costs=costs,
        to_oracle={name: ratio(runs, name, GREEDY) for name in names},
        to_rival=ratio(runs, "adaptive", rival),
        planned_to_rival=ratio(runs, PLANNED, rival) if PLANNED in names else None,
    )


def ratio(runs: list[dict], name: str, other: str) -> Estimate:
    """Return the mean ratio of two costs on the same traffic, and its standard error."""
    ratios = [run["costs"][name] / run["costs"][other] for run in runs]
    return Estimate(mean(ratios), stdev(ratios) / sqrt(len(ratios)) if len(ratios) > 1 else 0.0)


def within(estimate: Estimate, most: float) -> bool:
    """Return whether an estimate is not above a limit beyond noise."""
    return estimate.mean - ERRORS * estimate.error <= most


ORDER = ("adaptive", PLANNED, *RIVALS, "central-fcfs", GREEDY, MATCHING)
