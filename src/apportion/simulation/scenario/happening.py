"""What goes wrong, or right again, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apportion import validation
from apportion.errors import FieldError
from apportion.model.frozen import FrozenDict
from apportion.model.plain import Plain
from apportion.model.worker import WorkerStatus
from apportion.simulation.scenario.worker_profile import numbers_by_name


@dataclass(frozen=True)
class Change(Plain):
    """The ``set`` of an event; what is left out stays as it is.

    Attributes:
        speed: units of work a second, > 0; speeds for single types change in proportion.
        speed_factor: what the present speed is multiplied by, > 0.
        speed_for: task type -> speed.
        failure_rate: share of attempts that fail, 0..1, of all types.
        failure_rate_for: task type -> failure rate.
        status: ``idle``, ``draining``, ``overloaded`` or ``offline``; what an offline worker holds is lost.
        max_capacity: units of complexity that it takes on, >= 0.
        join: the worker comes, with no load; before its first ``join`` it is not there.
        leave: the worker goes; what it holds is lost.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    speed: float | None = None
    speed_factor: float | None = None
    speed_for: Mapping[str, float] = field(default_factory=dict[str, float])
    failure_rate: float | None = None
    failure_rate_for: Mapping[str, float] = field(default_factory=dict[str, float])
    status: str | None = None
    max_capacity: float | None = None
    join: bool = False
    leave: bool = False

    def __post_init__(self) -> None:
        validation.optional_number("Change.speed", self.speed, above=0)
        validation.optional_number("Change.speed_factor", self.speed_factor, above=0)
        validation.optional_number("Change.failure_rate", self.failure_rate, least=0, most=1)
        validation.optional_number("Change.max_capacity", self.max_capacity, least=0)
        keep = self.__dict__
        keep["speed_for"] = numbers_by_name("Change.speed_for", self.speed_for, above=0)
        keep["failure_rate_for"] = numbers_by_name("Change.failure_rate_for", self.failure_rate_for, least=0, most=1)
        if self.status is not None:
            keep["status"] = WorkerStatus.read(self.status)
        if validation.flag("Change.join", self.join) and validation.flag("Change.leave", self.leave):
            raise FieldError("Change.leave", "a worker cannot join and leave at once; write two events")

    def words(self) -> str:
        """Return the change in a few words, for people."""
        kept = {name: value for name, value in self.to_dict().items() if value not in (None, False, {})}
        return ", ".join(name if value is True else f"{name} = {value}" for name, value in kept.items()) or "nothing"


@dataclass(frozen=True)
class Happening(Plain):
    """An ``[[event]]``.

    Attributes:
        at: seconds of the trace, >= 0.
        worker: the id of a worker, or that of a group of alike ones.
        set: what changes.
        every: seconds after which it happens again, > 0; None: it happens once.
        times: how often it happens in all, >= 1.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    at: float
    worker: str
    set: Change | Mapping[str, Any]
    every: float | None = None
    times: int = 1

    def __post_init__(self) -> None:
        validation.number("Happening.at", self.at, least=0)
        validation.text("Happening.worker", self.worker)
        validation.optional_number("Happening.every", self.every, above=0)
        if validation.count("Happening.times", self.times, least=1) > 1 and self.every is None:
            raise FieldError("Happening.times", f"{self.times} times: say every how many seconds, in 'every'")
        if not isinstance(self.set, Change):
            self.__dict__["set"] = Change.from_dict(FrozenDict(validation.mapping("Happening.set", self.set)))
        if self.change == Change():
            raise FieldError("Happening.set", f"changes nothing; it may have {', '.join(Change.field_names())}")

    @property
    def change(self) -> Change:
        """What changes."""
        assert isinstance(self.set, Change), "a mapping was turned into one when this was made"
        return self.set

    def moments(self) -> list[float]:
        """Return when it happens, in seconds of the trace."""
        return [self.at + number * (self.every or 0.0) for number in range(self.times)]
