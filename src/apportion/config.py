"""Settings: frozen values, checked where they are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apportion import validation
from apportion.errors import FieldError, did_you_mean
from apportion.model.limit import Limit
from apportion.model.plain import Plain

ORDERS = ("fifo", "shortest-first", "deadline")
"""What decides within one priority; `apportion.runtime.orders` has their code."""


@dataclass(frozen=True)
class RuntimeConfig(Plain):
    """How the machine behaves.

    Attributes:
        order: what decides within one priority: ``fifo``, ``shortest-first`` or ``deadline``.
        ageing: priorities that a waiting task gains a minute, > 0, so that every wait is bounded.
        window: tasks at the front that are matched with the free workers as a whole, >= 1.
        front: tasks of a long queue that are held in memory, >= 8; the others stay in the store.
        max_queued: tasks that may wait; above it a submit is refused, >= 1.
        max_attempts: failed attempts that end a task which does not say, >= 1.
        reserve_after: seconds that small tasks may slip past one that finds no room; then it is kept a worker, >= 0.
        retry_backoff: seconds before the first retry, doubled with each further one, >= 0.
        retry_backoff_limit: seconds that a retry waits at most, >= 0.
        max_deaths: workers that may die while holding a task before it is quarantined as poison, >= 1.
        cool_down: seconds for which a worker that keeps failing what others can do is given nothing, doubled each time
            that it fails its trial, > 0.
        overtime: seconds after its time-out at which an attempt that nobody reported is given up, >= 0.
        lease_seconds: how long a remote worker holds a task without renewing, > 0.
        heartbeat_interval: seconds between a remote worker's heartbeats, > 0 and below ``lease_seconds``.
        remember_every: seconds between two savings of what was learned, > 0.
        retry_after: seconds after which a submit that was refused for a full queue may be tried again, > 0.
        grace: seconds that running attempts have to end when the run stops, >= 0.
        limits: limits over all workers, as `Limit` or as lines like ``key:openai,concurrency=4,rate=10``.
        tenant_weights: tenant -> weight of its share, > 0, as a mapping or as lines like ``acme=3``; 1 for the others.
        keep_finished: days for which tasks are kept that have ended, > 0; None: for ever.
        keep_decisions: days for which decisions are kept, >= 0; 0: none is recorded.
        shadow: strategies that decide beside the live one, without effect, by name.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    order: str = "fifo"
    ageing: float = 1.0
    window: int = 64
    front: int = 8192
    max_queued: int = 1_000_000
    max_attempts: int = 3
    reserve_after: float = 60.0
    retry_backoff: float = 1.0
    retry_backoff_limit: float = 300.0
    max_deaths: int = 3
    cool_down: float = 10.0
    overtime: float = 5.0
    lease_seconds: float = 15.0
    heartbeat_interval: float = 5.0
    remember_every: float = 10.0
    retry_after: float = 1.0
    grace: float = 5.0
    limits: Sequence[Limit | str | Mapping[str, object]] = ()
    tenant_weights: Mapping[str, float] | Sequence[str | tuple[str, float]] = ()
    keep_finished: float | None = None
    keep_decisions: float = 7.0
    shadow: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise FieldError(
                "RuntimeConfig.order",
                f"unknown order {self.order!r}{did_you_mean(self.order, ORDERS)}; known: {', '.join(ORDERS)}",
            )
        for name, least in _COUNTS.items():
            self.__dict__[name] = validation.count(f"RuntimeConfig.{name}", getattr(self, name), least=least)
        for name in _POSITIVE:
            validation.number(f"RuntimeConfig.{name}", getattr(self, name), above=0)
        for name in _NOT_NEGATIVE:
            validation.number(f"RuntimeConfig.{name}", getattr(self, name), least=0)
        self.__dict__["shadow"] = validation.name_list("RuntimeConfig.shadow", self.shadow)
        self.__dict__["limits"] = _limits(self.limits)
        self.__dict__["tenant_weights"] = _weights(self.tenant_weights)
        validation.optional_number("RuntimeConfig.keep_finished", self.keep_finished, above=0)
        if self.heartbeat_interval >= self.lease_seconds:
            raise FieldError(
                "RuntimeConfig.heartbeat_interval",
                f"must be below lease_seconds ({self.lease_seconds:g}), not {self.heartbeat_interval:g}",
            )


def _limits(given: object) -> tuple[Limit, ...]:
    limits: list[Limit] = []
    for each in validation.items("RuntimeConfig.limits", given):
        if validation.is_mapping(each):
            limits.append(Limit.from_dict(each))
        else:
            limits.append(Limit.parse(each) if isinstance(each, str) else validation.instance("limits", each, Limit))
    return tuple(limits)


def _weights(given: object) -> tuple[tuple[str, float], ...]:
    field = "RuntimeConfig.tenant_weights"
    pairs = given.items() if validation.is_mapping(given) else map(_pair, validation.items(field, given))
    return tuple((str(tenant), validation.number(field, weight, above=0)) for tenant, weight in pairs)


def _pair(given: object) -> tuple[object, object]:
    if isinstance(given, str):
        tenant, _, weight = given.rpartition("=")
        return tenant, _weight("RuntimeConfig.tenant_weights", weight)
    pair = tuple(validation.items("RuntimeConfig.tenant_weights", given))
    if len(pair) != 2:
        raise FieldError("RuntimeConfig.tenant_weights", f"must hold pairs of a tenant and a weight, not {given!r}")
    return pair[0], pair[1]


def _weight(field: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise FieldError(field, f"must be like 'acme=3', a tenant and a number, not {text!r}") from None


_COUNTS = {"window": 1, "front": 8, "max_queued": 1, "max_attempts": 1, "max_deaths": 1}
_POSITIVE = ("ageing", "cool_down", "lease_seconds", "heartbeat_interval", "remember_every", "retry_after")
_NOT_NEGATIVE = ("reserve_after", "retry_backoff", "retry_backoff_limit", "overtime", "grace", "keep_decisions")
