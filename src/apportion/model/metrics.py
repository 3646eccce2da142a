"""How a worker has done so far, as its owner counts it."""

from __future__ import annotations

from dataclasses import dataclass

from apportion import validation
from apportion.model.plain import Plain


@dataclass(frozen=True)
class WorkerMetrics(Plain):
    """A worker's record.

    Attributes:
        success_rate: share of its tasks that succeeded, 0..1.
        average_task_duration: seconds, >= 0; 0 where nothing has been completed.
        tasks_completed: how many it finished, failures not included.
        tasks_failed: how many it failed.
        last_failure_at: Unix seconds of the last failure, or None.
        uptime: seconds since it came up.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    success_rate: float = 1.0
    average_task_duration: float = 0.0
    tasks_completed: int = 0
    tasks_failed: int = 0
    last_failure_at: float | None = None
    uptime: float = 0.0

    def __post_init__(self) -> None:
        keep = self.__dict__
        keep["success_rate"] = validation.number("WorkerMetrics.success_rate", self.success_rate, least=0, most=1)
        keep["average_task_duration"] = validation.number(
            "WorkerMetrics.average_task_duration", self.average_task_duration, least=0
        )
        keep["tasks_completed"] = validation.count("WorkerMetrics.tasks_completed", self.tasks_completed)
        keep["tasks_failed"] = validation.count("WorkerMetrics.tasks_failed", self.tasks_failed)
        keep["last_failure_at"] = validation.optional_number("WorkerMetrics.last_failure_at", self.last_failure_at)
        keep["uptime"] = validation.number("WorkerMetrics.uptime", self.uptime, least=0)

    @property
    def failure_rate(self) -> float:
        """Share of its tasks that failed: ``1 - success_rate``."""
        return 1 - self.success_rate
