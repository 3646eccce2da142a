"""A worker as it is seen at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from apportion import validation
from apportion.errors import FieldError, did_you_mean
from apportion.model.constraint import LabelValue, label_value
from apportion.model.frozen import FrozenDict
from apportion.model.metrics import WorkerMetrics
from apportion.model.plain import Plain


class WorkerStatus(StrEnum):
    """How a worker is; IDLE and BUSY may be given tasks."""

    IDLE = "idle"
    BUSY = "busy"
    OVERLOADED = "overloaded"
    DRAINING = "draining"
    OFFLINE = "offline"

    @classmethod
    def read(cls, value: object) -> WorkerStatus:
        """Return the status of that name.

        Raises:
            FieldError: there is none; the nearest is named.
        """
        try:
            return cls(value)  # type: ignore[arg-type]
        except ValueError:
            known = [status.value for status in cls]
            raise FieldError(
                "WorkerInfo.status", f"unknown status {value!r}{did_you_mean(value, known)}; known: {', '.join(known)}"
            ) from None


@dataclass(frozen=True, init=False)
class WorkerInfo(Plain):
    """A snapshot of one worker; to change a worker, change the pool or registry that it came from.

    Attributes:
        id: unique among the workers.
        capabilities: what it can do.
        max_capacity: units of complexity that it can hold at once, >= 0.
        current_load: units that it holds, >= 0; above the capacity is legal.
        status: how it is.
        metrics: how it has done so far.
        affinity: task type -> 0..1, how well it suits that type.
        region: where it is.
        latency: seconds from the balancer to it.
        labels: name -> string, number or boolean, for constraints.
        task_types: the types that it accepts; None: all.
        kind: a name shared by alike workers; a new one inherits what was learned of its kind.

    Raises:
        FieldError, FieldTypeError: naming the field, the value and what is allowed.
    """

    id: str
    capabilities: frozenset[str]
    max_capacity: float
    current_load: float
    status: WorkerStatus
    metrics: WorkerMetrics
    affinity: Mapping[str, float]
    region: str | None
    latency: float | None
    labels: Mapping[str, LabelValue]
    task_types: frozenset[str] | None
    kind: str | None

    nested: ClassVar[dict[str, Callable[[Any], Any]]] = {"metrics": WorkerMetrics.from_dict}

    def __init__(
        self,
        id: str,
        capabilities: Iterable[str],
        max_capacity: float,
        current_load: float = 0,
        status: WorkerStatus | str = WorkerStatus.IDLE,
        metrics: WorkerMetrics | None = None,
        affinity: Mapping[str, float] | None = None,
        region: str | None = None,
        latency: float | None = None,
        labels: Mapping[str, LabelValue] | None = None,
        task_types: Iterable[str] | None = None,
        kind: str | None = None,
    ) -> None:
        self.__dict__.update(
            id=validation.text("WorkerInfo.id", id),
            capabilities=validation.names("WorkerInfo.capabilities", capabilities),
            max_capacity=validation.number("WorkerInfo.max_capacity", max_capacity, least=0),
            current_load=validation.number("WorkerInfo.current_load", current_load, least=0),
            status=WorkerStatus.read(status),
            metrics=WorkerMetrics()
            if metrics is None
            else validation.instance("WorkerInfo.metrics", metrics, WorkerMetrics),
            affinity=_affinity(affinity),
            region=validation.optional_text("WorkerInfo.region", region),
            latency=validation.optional_number("WorkerInfo.latency", latency, least=0),
            labels=_labels(labels),
            task_types=None if task_types is None else validation.names("WorkerInfo.task_types", task_types),
            kind=validation.optional_text("WorkerInfo.kind", kind),
        )

    @property
    def free_capacity(self) -> float:
        """Units of complexity that still fit; 0 when it is full or above."""
        return max(0, self.max_capacity - self.current_load)

    @property
    def utilization(self) -> float:
        """Load / capacity; 1.0 at capacity 0, above 1.0 when overfull."""
        return self.current_load / self.max_capacity if self.max_capacity else 1.0

    def with_load(self, load: float) -> Self:
        """Return a copy that holds ``load``. Not checked: for those who keep the books (a pool, a plan)."""
        return self._with("current_load", load)

    def with_status(self, status: WorkerStatus) -> Self:
        """Return a copy of this status; as unchecked as `with_load`."""
        return self._with("status", status)

    def _with(self, name: str, value: object) -> Self:
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy.__dict__[name] = value
        return copy

    def __hash__(self) -> int:
        return hash(self.id)


def _affinity(given: Mapping[str, float] | None) -> FrozenDict[str, float]:
    if given is None:
        return _NO_AFFINITY
    stated = validation.mapping("WorkerInfo.affinity", given)
    return FrozenDict(
        (name, validation.number(f"WorkerInfo.affinity[{name!r}]", value, least=0, most=1))
        for name, value in stated.items()
    )


def _labels(given: Mapping[str, Any] | None) -> FrozenDict[str, LabelValue]:
    if given is None:
        return _NO_LABELS
    stated = validation.mapping("WorkerInfo.labels", given)
    return FrozenDict((name, label_value(f"WorkerInfo.labels[{name!r}]", value)) for name, value in stated.items())


_NO_AFFINITY: FrozenDict[str, float] = FrozenDict()
_NO_LABELS: FrozenDict[str, LabelValue] = FrozenDict()
