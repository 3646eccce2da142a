"""A strategy of the user's own, asked and checked like the built-in ones."""

from __future__ import annotations

from contextlib import suppress
from copy import copy, deepcopy
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from apportion.errors import FieldError, FieldTypeError, StrategyError

if TYPE_CHECKING:
    from apportion.core.candidates import Candidates
    from apportion.model.context import DecisionContext
    from apportion.model.task import TaskRequirements
    from apportion.model.worker import WorkerInfo


class HostedStrategy:
    """Gives a strategy that chooses workers the face of one that chooses seats.

    Args:
        strategy: anything with a ``name`` and a ``select_worker`` of two or three arguments.

    Raises:
        FieldTypeError: it has no such method.
        FieldError: it has no name.
    """

    samples = False

    def __init__(self, strategy: Any) -> None:
        if isinstance(strategy, type):
            raise FieldTypeError("strategy", f"must be an instance, not the class {strategy.__name__}")
        name = getattr(strategy, "name", None)
        if not isinstance(name, str) or not name:
            raise FieldError("strategy.name", f"must be a string that is not empty, not {name!r}")
        select = getattr(strategy, "select_worker", None)
        if not callable(select):
            raise FieldTypeError("strategy", f"{name!r} needs a method select_worker(task, workers, context)")
        self.name: str = name
        self.strategy = strategy
        self._takes_context = _takes_three(select)
        self._names_context = _takes_named(select)

    def choose(self, task: TaskRequirements, candidates: Candidates, context: DecisionContext) -> int | None:
        """Ask the strategy, and check what it says.

        Raises:
            StrategyError: it raised, or returned a worker that it was not given.
        """
        workers = candidates.everyone().workers()
        if not workers:
            return None
        # What only explains must change nothing, and what a strategy of the user's own remembers is its own affair:
        # a copy of it is asked.
        strategy = _copied(self.strategy) if context.rehearsal else self.strategy
        try:
            chosen = self._asked(strategy, task, list(workers), context)
        except Exception as problem:
            raise StrategyError(self.name, f"raised {type(problem).__name__}: {problem}") from problem
        if chosen is None:
            return None
        return self._seat(chosen, workers, candidates)

    def chosen(self, task: TaskRequirements, candidates: Candidates, seat: int, context: DecisionContext) -> None:
        """Nothing: a strategy of the user's own remembers by itself what it chose."""

    def record(
        self, worker_id: str, task_type: str | None, success: bool, duration: float, context: DecisionContext
    ) -> None:
        """Tell an outcome, where the strategy wants to hear of it.

        Raises:
            StrategyError: it raised.
        """
        record = getattr(self.strategy, "record", None)
        if record is None:
            return
        try:
            record(worker_id, task_type, success, duration, context)
        except Exception as problem:
            raise StrategyError(self.name, f"raised {type(problem).__name__} in record: {problem}") from problem

    def _asked(self, strategy: Any, task: TaskRequirements, workers: list[WorkerInfo], context: DecisionContext) -> Any:
        if self._names_context:
            return strategy.select_worker(task, workers, context=context)
        if self._takes_context:
            return strategy.select_worker(task, workers, context)
        return strategy.select_worker(task, workers)

    def _seat(self, chosen: Any, workers: list[WorkerInfo], candidates: Candidates) -> int:
        for seat, worker in zip(candidates.everyone().listed(), workers, strict=True):
            if worker is chosen:
                return seat
        for seat, worker in zip(candidates.everyone().listed(), workers, strict=True):
            if worker == chosen:
                return seat
        raise StrategyError(
            self.name, f"returned {chosen!r}, which is none of the {len(workers)} workers that it was given"
        )


def _copied(strategy: Any) -> Any:
    """Return a copy that can be asked without the original remembering; what cannot be copied (a lock) is shared."""
    deep: Any = None
    with suppress(Exception):
        deep = deepcopy(strategy)
    if deep is not None:
        return deep
    shallow = copy(strategy)
    attributes: dict[str, Any] = shallow.__dict__
    for name, value in attributes.items():
        with suppress(Exception):
            attributes[name] = deepcopy(value)
    return shallow


def _takes_named(select: Any) -> bool:
    """Return whether a select_worker takes the context, and by its name only."""
    try:
        context = signature(select).parameters.get("context")
    except (TypeError, ValueError):  # built in C: assume the protocol
        return False
    return context is not None and context.kind is Parameter.KEYWORD_ONLY


def _takes_three(select: Any) -> bool:
    """Return whether a select_worker takes the context as well."""
    try:
        parameters = signature(select).parameters.values()
    except (TypeError, ValueError):  # built in C: assume the protocol
        return True
    if any(parameter.kind is Parameter.VAR_POSITIONAL for parameter in parameters):
        return True
    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    return sum(parameter.kind in positional for parameter in parameters) >= 3
