"""Scores and refusals: what was thought of each worker for one task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from apportion.model.plain import Plain
from apportion.model.worker import WorkerInfo


@dataclass(frozen=True)
class Rejection(Plain):
    """Why a worker may not take a task.

    Attributes:
        code: ``offline``, ``draining``, ``overloaded``, ``task-type``, ``missing-capability``,
            ``insufficient-capacity``, ``anti-affinity``, ``constraint``, ``custom``; the runtime adds
            ``cooling-down`` and ``limited``.
        detail: what exactly is lacking, readable.
    """

    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


@dataclass(frozen=True)
class ScoreBreakdown(Plain):
    """The four factors of a score, each 0..1, higher is better."""

    capacity_score: float
    performance_score: float
    affinity_score: float
    reliability_score: float


@dataclass(frozen=True)
class WorkerScore(Plain):
    """One worker's score for one task.

    Attributes:
        worker: the worker.
        score: 0..1, higher is better.
        breakdown: the factors that it is made of.
        eligible: whether it may take the task.
        rejections: why not; empty when eligible.
    """

    worker: WorkerInfo
    score: float
    breakdown: ScoreBreakdown
    eligible: bool
    rejections: tuple[Rejection, ...] = ()

    nested: ClassVar[dict[str, Any]] = {
        "worker": WorkerInfo.from_dict,
        "breakdown": ScoreBreakdown.from_dict,
        "rejections": lambda given: tuple(Rejection.from_dict(item) for item in given),
    }
