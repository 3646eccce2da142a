"""What a balancer knows besides the workers themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import FrozenInstanceError, dataclass
from typing import TYPE_CHECKING

from apportion import validation
from apportion.model.frozen import FrozenDict
from apportion.model.plain import Plain

if TYPE_CHECKING:
    from apportion.clock import Random


@dataclass(frozen=True, init=False, eq=False)
class BalancingContext(Plain):
    """History, failures and rules.

    Attributes:
        task_history: worker id -> its recent task types, oldest first.
        recent_failures: worker id -> Unix seconds of its last failure.
        affinity_rules: task type -> ids of the workers that it should go to.
        load_threshold: utilisation above which a worker counts as overloaded, > 0 and <= 1.

    What strategies are handed carries besides these ``now`` (Unix seconds) and ``rng`` (the random source).

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    task_history: Mapping[str, tuple[str, ...]]
    recent_failures: Mapping[str, float]
    affinity_rules: Mapping[str, frozenset[str]]
    load_threshold: float

    def __init__(
        self,
        task_history: Mapping[str, Iterable[str]] | None = None,
        recent_failures: Mapping[str, float] | None = None,
        affinity_rules: Mapping[str, Iterable[str]] | None = None,
        load_threshold: float = 0.8,
    ) -> None:
        self.__dict__.update(
            task_history=_history({} if task_history is None else task_history),
            recent_failures=_failures({} if recent_failures is None else recent_failures),
            affinity_rules=affinity_rules_of({} if affinity_rules is None else affinity_rules),
            load_threshold=load_threshold_of(load_threshold),
        )

    def __eq__(self, other: object) -> bool:
        """Compare by value; a live view equals what it shows now."""
        if not isinstance(other, BalancingContext):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.field_names())

    __hash__ = None  # type: ignore[assignment]


class DecisionContext(BalancingContext):
    """What a strategy is handed: the context as the balancer has it now, the moment, and the random source.

    Attributes:
        now: Unix seconds at which this decision is taken; the same throughout it.
        rng: the balancer's random source.
        rehearsal: whether this only explains: nothing may be remembered of it.
    """

    now: float
    rng: Random
    rehearsal: bool

    def __init__(self, context: BalancingContext, now: float, rng: Random, *, rehearsal: bool = False) -> None:
        self.__dict__.update(context.__dict__, now=now, rng=rng, rehearsal=rehearsal)

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}: a balancer's context is read-only")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}: a balancer's context is read-only")

    def __reduce__(self) -> tuple[type[BalancingContext], tuple[object, ...]]:
        """Copy and pickle as what it shows now: a live view belongs to its balancer."""
        mappings = (self.task_history, self.recent_failures, self.affinity_rules)
        return BalancingContext, (*map(dict, mappings), self.load_threshold)


def load_threshold_of(value: object) -> float:
    """Return a load threshold: a number above 0 and at most 1."""
    return validation.number("BalancingContext.load_threshold", value, above=0, most=1)


def affinity_rules_of(given: object) -> FrozenDict[str, frozenset[str]]:
    """Return affinity rules: task type -> worker ids."""
    rules = validation.mapping("BalancingContext.affinity_rules", given)
    return FrozenDict(
        (kind, validation.names(f"BalancingContext.affinity_rules[{kind!r}]", ids)) for kind, ids in rules.items()
    )


def _history(given: object) -> FrozenDict[str, tuple[str, ...]]:
    histories = validation.mapping("BalancingContext.task_history", given)
    return FrozenDict(
        (id, validation.name_list(f"BalancingContext.task_history[{id!r}]", kinds)) for id, kinds in histories.items()
    )


def _failures(given: object) -> FrozenDict[str, float]:
    failures = validation.mapping("BalancingContext.recent_failures", given)
    return FrozenDict(
        (id, validation.number(f"BalancingContext.recent_failures[{id!r}]", at)) for id, at in failures.items()
    )
