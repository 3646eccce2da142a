"""The strategies that the adaptive one combines: each decides now and then, and each is asked whom it wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apportion.core.strategies.base import SeatStrategy
from apportion.core.strategies.capability_based import CapabilityBasedStrategy
from apportion.core.strategies.hosted import HostedStrategy
from apportion.core.strategies.least_loaded import LeastLoadedStrategy
from apportion.core.strategies.performance_based import PerformanceBasedStrategy
from apportion.core.strategies.round_robin import RoundRobinStrategy
from apportion.errors import FieldError
from apportion.model.context import DecisionContext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apportion.core.candidates import Candidates
    from apportion.core.rotation import Rotation
    from apportion.model.task import TaskRequirements


class Experts:
    """Strategies by name.

    Args:
        strategies: which; None: the four others.
        rotation: turns that the four share with whoever asks them.

    Raises:
        FieldError: two of the strategies have one name, or there is none.
    """

    def __init__(self, strategies: Iterable[Any] | None, rotation: Rotation) -> None:
        given = _the_four(rotation) if strategies is None else list(strategies)
        self._by_name: dict[str, Any] = {each.name: each for each in map(as_seat_strategy, given)}
        if not self._by_name or len(self._by_name) < len(given):
            raise FieldError("strategies", "must be at least one, each with a name of its own")
        self._recording = [each for each in self._by_name.values() if hasattr(each, "record")]
        self._told = [] if strategies is None else list(self._by_name.values())  # the four share their turns

    @property
    def names(self) -> list[str]:
        """The names, in the order given."""
        return list(self._by_name)

    def choose(self, name: str, task: TaskRequirements, candidates: Candidates, context: DecisionContext) -> int | None:
        """Return the seat that one of them chooses, or None."""
        seat: int | None = self._by_name[name].choose(task, candidates, context)
        return seat

    def chosen(self, task: TaskRequirements, candidates: Candidates, seat: int, context: DecisionContext) -> None:
        """Tell those that keep turns of their own who was chosen."""
        for expert in self._told:
            expert.chosen(task, candidates, seat, context)

    def wanting(
        self, seat: int, task: TaskRequirements, among: Candidates, context: DecisionContext, decider: str | None
    ) -> tuple[str, ...]:
        """Return the names of those that want this seat for the task.

        One of the user's own may remember what it is asked, so a copy is asked; what it decided itself, it wanted.
        """
        aside = DecisionContext(context, context.now, context.rng, rehearsal=True)
        found: list[str] = []
        for name, expert in self._by_name.items():
            own = isinstance(expert, HostedStrategy)
            if (own and name == decider) or expert.choose(task, among, aside if own else context) == seat:
                found.append(name)
        return tuple(found)

    def record(
        self, worker_id: str, task_type: str | None, success: bool, duration: float, context: DecisionContext
    ) -> None:
        """Tell an outcome to those that want to hear of it."""
        for expert in self._recording:
            expert.record(worker_id, task_type, success, duration, context)

    def state(self) -> dict[str, Any]:
        """Return what they have learned, as plain JSON."""
        return {name: expert.state() for name, expert in self._by_name.items() if hasattr(expert, "state")}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave, for those that are here."""
        for name, saved in state.items():
            restore = getattr(self._by_name.get(name), "restore", None)
            if restore is not None:
                restore(saved)


def as_seat_strategy(strategy: Any) -> Any:
    """Return a strategy that chooses seats: itself, or a user's own with a host around it."""
    return strategy if isinstance(strategy, (SeatStrategy, HostedStrategy)) else HostedStrategy(strategy)


def _the_four(rotation: Rotation) -> list[SeatStrategy]:
    return [
        RoundRobinStrategy(rotation),
        LeastLoadedStrategy(rotation),
        CapabilityBasedStrategy(rotation),
        PerformanceBasedStrategy(rotation),
    ]
