"""What a worker is really like: what the balancer may know of it, and what it has to find out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apportion import validation
from apportion.errors import FieldError
from apportion.model.frozen import FrozenDict
from apportion.model.plain import Plain
from apportion.model.worker import WorkerInfo

MOST_ALIKE = 100_000


@dataclass(frozen=True)
class WorkerProfile(Plain):
    """A ``[[worker]]``: one worker, or ``count`` alike.

    The balancer is shown capabilities, capacity, kind, region, labels and accepted types; never how quick or how
    reliable it is.

    Attributes:
        id: of one worker; of several alike the beginning of their ids, which end in ``-0``, ``-1``, …
        count: how many; None: one, whose id is as given.
        capabilities: what it can do.
        max_capacity: units of complexity that it takes on, > 0.
        slots: units that it works on at once, the others wait at the worker, first come, first served; None: all.
        speed: units of work a second, > 0.
        speed_for: task type -> speed, in place of ``speed``.
        failure_rate: share of attempts that fail, 0..1.
        failure_rate_for: task type -> failure rate, in place of ``failure_rate``.
        failure_time: what a failed attempt takes, as a multiple of what a success would have taken, > 0.
        noise: standard deviation of the logarithm of a factor of mean 1 on each duration, >= 0.
        contention: how much longer an attempt takes that starts when all other slots are taken, as a share, >= 0.
        seconds_per: column -> seconds a unit of it; given, these make the duration (at speed 1) in place of the work.
        warm: how many keys it keeps at hand (sessions, prefixes, loaded models, functions), the least recently used
            give way; 0: it keeps nothing. A task's key is its affinity key, else its type.
        warm_seconds: after so many seconds without use a key is forgotten too, > 0; None: it is not.
        cold_seconds: what a task takes longer whose key is not at hand when it begins, in seconds, >= 0.
        cold_seconds_per: column -> seconds a unit of it that such a task takes longer, >= 0.
        kind: a name shared by alike workers, from which a new one inherits what was learned.
        region, labels, task_types: as in `WorkerInfo`.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    id: str
    count: int | None = None
    capabilities: Iterable[str] = ()
    max_capacity: float = 1
    slots: float | None = None
    speed: float = 1.0
    speed_for: Mapping[str, float] = field(default_factory=dict[str, float])
    failure_rate: float = 0.0
    failure_rate_for: Mapping[str, float] = field(default_factory=dict[str, float])
    failure_time: float = 1.0
    noise: float = 0.0
    contention: float = 0.0
    seconds_per: Mapping[str, float] = field(default_factory=dict[str, float])
    warm: int = 0
    warm_seconds: float | None = None
    cold_seconds: float = 0.0
    cold_seconds_per: Mapping[str, float] = field(default_factory=dict[str, float])
    kind: str | None = None
    region: str | None = None
    labels: Mapping[str, Any] = field(default_factory=dict[str, Any])
    task_types: Iterable[str] | None = None

    def __post_init__(self) -> None:
        validation.text("WorkerProfile.id", self.id)
        if self.count is not None and validation.count("WorkerProfile.count", self.count, least=1) > MOST_ALIKE:
            raise FieldError("WorkerProfile.count", f"must be at most {MOST_ALIKE}, not {self.count!r}")
        validation.number("WorkerProfile.max_capacity", self.max_capacity, above=0)
        validation.optional_number("WorkerProfile.slots", self.slots, above=0)
        for name in ("speed", "failure_time"):
            validation.number(f"WorkerProfile.{name}", getattr(self, name), above=0)
        validation.count("WorkerProfile.warm", self.warm, least=0)
        validation.optional_number("WorkerProfile.warm_seconds", self.warm_seconds, above=0)
        for name in ("noise", "contention", "cold_seconds"):
            validation.number(f"WorkerProfile.{name}", getattr(self, name), least=0)
        validation.number("WorkerProfile.failure_rate", self.failure_rate, least=0, most=1)
        keep = self.__dict__
        keep["speed_for"] = numbers_by_name("WorkerProfile.speed_for", self.speed_for, above=0)
        keep["failure_rate_for"] = numbers_by_name(
            "WorkerProfile.failure_rate_for", self.failure_rate_for, least=0, most=1
        )
        for name in ("seconds_per", "cold_seconds_per"):
            keep[name] = numbers_by_name(f"WorkerProfile.{name}", getattr(self, name), least=0)
        shown = self.info(self.id)
        keep.update(capabilities=shown.capabilities, labels=shown.labels, task_types=shown.task_types)

    def ids(self) -> list[str]:
        """Return the ids of the workers that this stands for."""
        return [self.id] if self.count is None else [f"{self.id}-{number}" for number in range(self.count)]

    def info(self, id: str) -> WorkerInfo:
        """Return what the balancer is shown of one of them."""
        return WorkerInfo(
            id,
            self.capabilities,
            self.max_capacity,
            kind=self.kind,
            region=self.region,
            labels=self.labels,
            task_types=self.task_types,
        )


def numbers_by_name(
    field: str,
    given: Mapping[str, float],
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
) -> FrozenDict[str, float]:
    """Return a table of numbers, each checked."""
    validation.mapping(field, given)
    return FrozenDict(
        {
            name: validation.number(f"{field}.{name}", value, least=least, above=above, most=most)
            for name, value in given.items()
        }
    )
