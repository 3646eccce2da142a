"""How a shadow stands, as a plain value."""

from __future__ import annotations

from dataclasses import dataclass

from apportion.model.plain import Plain
from apportion.runtime.shadow_account import Gain
from apportion.runtime.shadows import Standing


@dataclass(frozen=True)
class Difference(Plain):
    """One decision at which a shadow wanted another worker.

    Attributes:
        at: Unix seconds.
        task_id: the task.
        live: the worker that got it.
        shadow: the worker that the shadow wanted; None: none of them.
    """

    at: float
    task_id: str
    live: str
    shadow: str | None


@dataclass(frozen=True)
class ShadowReport(Plain):
    """How a strategy does that decides beside the live one.

    Attributes:
        name: the strategy.
        decisions: how many it was asked about, since it or the live strategy began.
        disagreement: share of these at which it wanted another worker.
        outcomes: decisions of which the outcome is known.
        unknown: share of the decisions at which it wanted a worker of which nothing is known at that type.
        gain: what it is predicted to save; None: too early to say.
        verdict: ``better``, ``worse``, ``even`` or ``too-early``.
        latest: the latest decisions at which it wanted another worker, newest first.
        problem: what went wrong when it was asked last, or None.
    """

    name: str
    decisions: int
    disagreement: float
    outcomes: int
    unknown: float
    gain: Gain | None
    verdict: str
    latest: tuple[Difference, ...]
    problem: str | None


def report_of(name: str, standing: Standing) -> ShadowReport:
    """Return how a shadow stands."""
    account = standing.account
    decisions = max(1, account.decisions)
    return ShadowReport(
        name=name,
        decisions=account.decisions,
        disagreement=account.different / decisions,
        outcomes=account.outcomes,
        unknown=account.unknown / decisions,
        gain=account.gain,
        verdict=account.verdict,
        latest=tuple(Difference(*each) for each in standing.latest),
        problem=standing.problem,
    )
