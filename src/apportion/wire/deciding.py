"""Strategies, explanations and advice on the wire."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from apportion.wire.limits import Name


class StrategyChoice(Struct, forbid_unknown_fields=True):
    """The strategy that is to decide."""

    name: Name


class WeightsThen(Struct):
    """How the adaptive strategy weighed the others at one time.

    Attributes:
        at: Unix seconds.
        name: who decided then.
        weights: strategy -> weight, summing to 1.
    """

    at: float
    name: str
    weights: dict[str, float]


class GainView(Struct):
    """What a shadow is predicted to save, of the time from start to success; negative: what it would cost.

    Attributes:
        seconds: a task, on average.
        low, high: the interval around it, 95 %.
        share: ``seconds`` as a share of what a task takes now.
    """

    seconds: float
    low: float
    high: float
    share: float


class Disagreement(Struct):
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


class ShadowView(Struct):
    """A strategy that decides beside the live one, without effect.

    Attributes:
        name: the strategy.
        decisions: how many it was asked about.
        disagreement: share of these at which it wanted another worker, 0..1.
        outcomes: decisions of which the outcome is known: of these ``gain`` is made.
        unknown: share of its wishes for a worker of which nothing is known at that type, 0..1: there the prediction
            leans on what is known of others.
        gain: what it would save; None: too few outcomes.
        verdict: ``better``, ``worse``, ``even`` (the interval holds 0) or ``too-early``.
        latest: the latest decisions at which it wanted another worker, newest first, at most 20.
        problem: what went wrong when it was asked last, or None.
    """

    name: str
    decisions: int
    disagreement: float
    outcomes: int
    unknown: float
    gain: GainView | None
    verdict: Literal["better", "worse", "even", "too-early"]
    latest: list[Disagreement]
    problem: str | None


class StrategyView(Struct):
    """Who decides, how the adaptive strategy weighs the others, and what others would have decided.

    Attributes:
        name: who decides.
        available: who could.
        weights: strategy -> weight in the adaptive one, now.
        history: these weights over time, oldest first, at most 512: the older they are, the further apart.
        shadows: strategies that decide beside the live one, without effect.
    """

    name: str
    available: list[str]
    weights: dict[str, float]
    history: list[WeightsThen]
    shadows: list[ShadowView]


class Explained(Struct):
    """What would be decided for a task, and everything that speaks in it.

    Of the workers that are ranked, and of those that fail each rule, the first hundred are named. ``counts`` and
    ``ranked`` say how many there are.
    """

    outcome: Literal["worker", "full", "impossible"]
    task: dict[str, Any]
    worker: dict[str, Any] | None
    strategy: str
    rejected: dict[str, list[str]]
    ranking: list[dict[str, Any]]
    votes: dict[str, str | None]
    weights: dict[str, float]
    beliefs: dict[str, dict[str, Any]]
    suggestions: list[str]
    weighed: str
    narrowed: list[int]
    counts: dict[str, int]
    ranked: int


class Recommendation(Struct):
    """One piece of advice."""

    reason: str
    from_worker: str
    to_worker: str | None
    task_id: str | None
    priority: int


class Recommendations(Struct):
    """Advice on overload and migration.

    Attributes:
        items: overload first, then moves, best first.
        at: Unix seconds at which it was found out. A big fleet is not looked over anew for everybody who asks: advice
            is given again for twenty times as long as it took.
    """

    items: list[Recommendation]
    at: float


class Applied(Recommendation):
    """One piece of advice, and whether it was carried out; ``why`` says why not."""

    applied: bool
    why: str


class AppliedAll(Struct):
    """What became of the advice."""

    items: list[Applied]


class Health(Struct):
    """Whether it is well."""

    status: Literal["ok", "draining"]
