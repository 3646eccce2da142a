"""Scores and refusals: what was thought of each worker for one task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from apportion import validation
from apportion.errors import FieldTypeError
from apportion.model.plain import Plain, list_of
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

    def __post_init__(self) -> None:
        validation.text("Rejection.code", self.code)
        if not isinstance(self.detail, str):
            raise FieldTypeError("Rejection.detail", f"must be a string, not {self.detail!r}")

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


@dataclass(frozen=True)
class ScoreBreakdown(Plain):
    """The four factors of a score, each 0..1, higher is better.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    capacity_score: float
    performance_score: float
    affinity_score: float
    reliability_score: float

    def __post_init__(self) -> None:
        kept = self.__dict__
        for name, value in kept.items():
            kept[name] = validation.number(f"ScoreBreakdown.{name}", value, least=0, most=1)


@dataclass(frozen=True)
class WorkerScore(Plain):
    """One worker's score for one task.

    Attributes:
        worker: the worker.
        score: 0..1, higher is better.
        breakdown: the factors that it is made of.
        eligible: whether it may take the task.
        rejections: why not; empty when eligible.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    worker: WorkerInfo
    score: float
    breakdown: ScoreBreakdown
    eligible: bool
    rejections: tuple[Rejection, ...] = ()

    nested: ClassVar[dict[str, Callable[[Any], Any]]] = {
        "worker": WorkerInfo.from_dict,
        "breakdown": ScoreBreakdown.from_dict,
        "rejections": list_of("WorkerScore.rejections", Rejection.from_dict),
    }

    def __post_init__(self) -> None:
        validation.instance("WorkerScore.worker", self.worker, WorkerInfo)
        validation.instance("WorkerScore.breakdown", self.breakdown, ScoreBreakdown)
        validation.flag("WorkerScore.eligible", self.eligible)
        self.__dict__["score"] = validation.number("WorkerScore.score", self.score, least=0, most=1)
        given = validation.items("WorkerScore.rejections", self.rejections, "a list of Rejection")
        self.__dict__["rejections"] = tuple(
            [validation.instance("WorkerScore.rejections (each)", item, Rejection) for item in given]
        )
