"""Strategies, explanations and advice on the wire."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from apportion.wire.limits import Name


class StrategyChoice(Struct, forbid_unknown_fields=True):
    """The strategy that is to decide."""

    name: Name


class StrategyView(Struct):
    """Who decides, and how the adaptive strategy weighs the others."""

    name: str
    available: list[str]
    weights: dict[str, float]


class Explained(Struct):
    """What would be decided for a task, and everything that speaks in it."""

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


class Recommendation(Struct):
    """One piece of advice."""

    reason: str
    from_worker: str
    to_worker: str | None
    task_id: str | None
    priority: int


class Recommendations(Struct):
    """Advice on overload and migration."""

    items: list[Recommendation]


class Health(Struct):
    """Whether it is well."""

    status: Literal["ok", "draining"]
