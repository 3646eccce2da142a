"""How a scenario is run and judged."""

from __future__ import annotations

from dataclasses import dataclass

from apportion import validation
from apportion.config import ORDERS
from apportion.errors import FieldError, did_you_mean
from apportion.model.plain import Plain

PLACINGS = ("select", "plan")


@dataclass(frozen=True)
class RunSettings(Plain):
    """The ``[run]`` table.

    Attributes:
        placing: ``select``: the head of the queue goes where `LoadBalancer.select_worker` says; ``plan``: the real
            machine matches the front of the queue with the workers (`LoadBalancer.reorder_queue`).
        order: of the queue within one priority, when placing by ``plan``: ``fifo``, ``shortest-first``, ``deadline``.
        window: waiting tasks that are matched at once, when placing by ``plan``, >= 1.
        max_attempts: attempts after which a failing task is given up, >= 1.
        slo_seconds: a task is in time when it succeeds within this many seconds, >= 0 …
        slo_factor: … plus this many times its service time on the best idle worker, >= 0.
        show_keys: whether the balancer is told affinity keys; where not, workers keep things at hand by them anyway.
        report_faults: whether the balancer is told when a failure is the task's own.
        warm_up: seconds of the trace at its beginning that do not count in the figures, >= 0.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    placing: str = "select"
    order: str = "fifo"
    window: int = 64
    max_attempts: int = 3
    slo_seconds: float = 0.0
    slo_factor: float = 3.0
    show_keys: bool = True
    report_faults: bool = False
    warm_up: float = 0.0

    def __post_init__(self) -> None:
        for name, known in (("placing", PLACINGS), ("order", ORDERS)):
            value = getattr(self, name)
            if value not in known:
                nearest = did_you_mean(value, known)
                raise FieldError(f"RunSettings.{name}", f"unknown: {value!r}{nearest}; known: {', '.join(known)}")
        for name in ("window", "max_attempts"):
            validation.count(f"RunSettings.{name}", getattr(self, name), least=1)
        for name in ("slo_seconds", "slo_factor", "warm_up"):
            validation.number(f"RunSettings.{name}", getattr(self, name), least=0)
        for name in ("report_faults", "show_keys"):
            validation.flag(f"RunSettings.{name}", getattr(self, name))
