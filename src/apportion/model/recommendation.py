"""Advice to move work."""

from __future__ import annotations

from dataclasses import dataclass

from apportion import validation
from apportion.model.plain import Plain


@dataclass(frozen=True)
class RebalanceRecommendation(Plain):
    """One piece of advice.

    Attributes:
        reason: readable; names the worker and its load.
        from_worker: id of the worker that should give.
        to_worker: id of the worker that should take; None: nobody can, so scale up.
        task_id: the task that should move; None: the worker as a whole.
        priority: 0..10, higher is more urgent.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    reason: str
    from_worker: str
    to_worker: str | None
    task_id: str | None
    priority: int

    def __post_init__(self) -> None:
        validation.text("RebalanceRecommendation.reason", self.reason)
        validation.text("RebalanceRecommendation.from_worker", self.from_worker)
        validation.optional_text("RebalanceRecommendation.to_worker", self.to_worker)
        validation.optional_text("RebalanceRecommendation.task_id", self.task_id)
        priority = validation.count("RebalanceRecommendation.priority", self.priority, most=10)
        self.__dict__["priority"] = priority
