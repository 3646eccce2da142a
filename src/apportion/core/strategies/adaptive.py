"""`adaptive`: learns who is good at what, and lets the other strategies decide among those who are equally good."""

from __future__ import annotations

from math import exp, inf
from typing import TYPE_CHECKING, Any

import numpy as np

from apportion import validation
from apportion.clock import fresh_random, twin
from apportion.core.best_known import BestKnown
from apportion.core.field import Field
from apportion.core.learning.credit import Credit
from apportion.core.learning.evidence import Outcome
from apportion.core.learning.learner import Learner
from apportion.core.learning.load_slope import FULL
from apportion.core.learning.state import learner_state, restore_learner
from apportion.core.planning.by_cost import by_cost
from apportion.core.rotation import Rotation
from apportion.core.strategies.base import SeatStrategy
from apportion.core.strategies.experts import Experts
from apportion.errors import FieldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apportion.clock import Random
    from apportion.core.candidates import Candidates
    from apportion.core.learning.belief import Belief
    from apportion.core.planning.preference import Preference
    from apportion.model.context import DecisionContext
    from apportion.model.task import TaskRequirements

BAND = 0.05
"""Logarithm of cost: within 5 % of the best, the learner cannot tell workers apart, and the strategies decide."""

_ALWAYS_ASKED = 256
_ASKED_EVERY = 16
"""Votes cost more than the choice itself: all strategies are asked at each of the first picks, later at every
sixteenth. Any rule that does not look at the task makes these a fair sample."""

STATE_VERSION = 3
_TRIES = 8


class AdaptiveStrategy(SeatStrategy):
    """The lowest expected time to a success, by what was learned of each worker at this type of task.

    Workers within 5 % of the best are left to the strategies that it combines: each decides as often as its weight
    says, and weights follow the outcomes of tasks for which a strategy wanted the worker that was chosen.

    Args:
        strategies: what it combines; None: the four others. Strategies of your own are welcome beside them.
        seed: for a random source of its own; None: the balancer's.

    Raises:
        FieldError: two of the strategies have one name, or there is none.
    """

    name = "adaptive"

    def __init__(self, strategies: Iterable[Any] | None = None, *, seed: int | None = None) -> None:
        super().__init__()
        self._rotation = Rotation()
        self._experts = Experts(strategies, self._rotation)
        self._own_rng = None if seed is None else fresh_random(seed)
        self._learner = Learner()
        self._credit = Credit(self._experts.names)
        self._known = BestKnown()
        self._count = 0
        self._decider: str | None = None  # who decided the choice that `chosen` is about to be told of,
        self._weighed: Field | None = None  # and among whom
        self._compared: tuple[Field, Any] | None = None  # and what they cost
        self._voters: tuple[str, ...] | None = None

    # --- choosing ---------------------------------------------------------------------------------------------------

    def choose(self, task: TaskRequirements, candidates: Candidates, context: DecisionContext) -> int | None:
        """Return the seat with the lowest cost, or None; among near equals a strategy decides, in turn by weight."""
        if self._own_rng is not None and candidates.crowd is not None:
            candidates = candidates.drawn_by(twin(self._own_rng) if context.rehearsal else self._own_rng)
        considered = self._considered(task, candidates)
        equals = self._best(task, considered, candidates, context)
        seats = equals.seats
        decider = self._credit.next_turn() if len(seats) > 1 else None
        if not context.rehearsal:
            self._decider, self._weighed = decider, considered
        if decider is None:
            return int(seats[0]) if len(seats) else None
        seat = self._experts.choose(decider, task, candidates.only(equals), context)
        return self._rotation.oldest(candidates.with_room(equals)) if seat is None else seat

    def chosen(self, task: TaskRequirements, candidates: Candidates, seat: int, context: DecisionContext) -> None:
        """Remember the pick, and at some picks who else wanted this worker."""
        pool = candidates.pool
        worker = pool.at(seat)
        voters = None
        if self._count < _ALWAYS_ASKED or self._count % _ASKED_EVERY == 0:
            weighed = self._considered(task, candidates) if self._weighed is None else self._weighed
            voters = self._experts.wanting(seat, task, candidates.only(weighed), context, self._decider)
        self._count += 1
        self._voters = voters
        if self._decider is not None:
            self._credit.pass_turn()
        self._decider = self._weighed = self._compared = None
        self._learner.picked(worker, task, voters, context.now)
        self._rotation.note(pool, seat, worker.id)
        self._experts.chosen(task, candidates, seat, context)
        if candidates.crowd is not None:
            self._known.note(candidates.crowd, seat, task.task_type)

    def _considered(self, task: TaskRequirements, candidates: Candidates) -> Field:
        crowd = candidates.crowd
        return candidates.considered([] if crowd is None else self._known.of(crowd, task.task_type))

    def _best(self, task: TaskRequirements, field: Field, candidates: Candidates, context: DecisionContext) -> Field:
        """Return the workers whose cost is within the band of the lowest with room."""
        seats = field.seats
        if not len(seats):
            return field
        costs = self._costs(task, field, context)
        if not context.rehearsal:
            self._compared = field, costs
        listed = isinstance(seats, list)
        for _ in range(_TRIES):
            place: int = costs.index(min(costs)) if listed else int(costs.argmin())
            if not field.unchecked or candidates.may_take(int(seats[place])):
                return field.within(costs, costs[place] + BAND)
            costs[place] = inf  # the best is full: on to the next
        return self._best(task, candidates.everyone(), candidates, context)

    def _costs(self, task: TaskRequirements, field: Field, context: DecisionContext) -> Any:
        """Return each worker's log cost: a list or an array, as its seats are."""
        if not context.rehearsal:
            costs = field.take(self._learner.costs(task.task_type, field.pool, drawn=task.explore))
        else:
            found = self._learner.costs_of(field.workers(), task.task_type)
            costs = [cost.drawn if task.explore else cost.settled for cost in found]
            costs = costs if isinstance(field.seats, list) else np.array(costs)
        return self._learner.crowding.added(costs, field)

    def draws(self, task: TaskRequirements, field: Field) -> list[tuple[float, float]]:
        """Return by how much the draw of its doubt has moved each worker's cost, and how far another might."""
        if not task.explore:
            return [(0.0, 0.0)] * len(field)
        return self._learner.draws_of(field.workers(), task.task_type)

    def weighed(self, task: TaskRequirements, field: Field, context: DecisionContext) -> tuple[Field, Any]:
        """Return whom the choice that was just taken weighed, and their log costs.

        Args:
            task: what was needed.
            field: who could have been chosen, where nothing is remembered of that choice.
            context: the moment.
        """
        return (field, self._costs(task, field, context)) if self._compared is None else self._compared

    @property
    def voters(self) -> tuple[str, ...] | None:
        """Who wanted the worker of the latest pick; None: they were not asked."""
        return self._voters

    # --- learning ---------------------------------------------------------------------------------------------------

    def learn(
        self,
        worker_id: str,
        task_type: str | None,
        success: bool,
        duration: float,
        context: DecisionContext,
        task: TaskRequirements | None = None,
        fault: str | None = None,
    ) -> None:
        """Take in an outcome.

        Args:
            worker_id: who ran it.
            task_type: of which type it was.
            success: whether it succeeded.
            duration: seconds; 0: not measured.
            context: the moment and the random source.
            task: the requirements that were placed, where they are known.
            fault: ``"task"``: the failure says nothing about the worker; ``"worker"``: nor about the type.
        """
        began = context.now - duration if duration > 0 else None
        pick = self._learner.settle(worker_id, task_type, task, began)
        if pick is None and task_type is not None:  # tasks without a type are often reported under a made-up one
            pick = self._learner.settle(worker_id, None, task, began)
            task_type = task_type if pick is None else None
        if pick is not None and pick.voters is not None and fault != "task":
            self._credit.judge(pick.voters, self._learner.advantage(worker_id, task_type, success, duration))
        load = None if pick is None or began is None else pick.load_of(began, duration)
        outcome = Outcome(success, duration, fault, load)
        self._learner.heard(worker_id, task_type, outcome, context.now, self._rng(context))
        self._experts.record(worker_id, task_type, success, duration, context)

    def record(
        self, worker_id: str, task_type: str | None, success: bool, duration: float, context: DecisionContext
    ) -> None:
        """Take in an outcome of which no more is known."""
        self.learn(worker_id, task_type, success, duration, self.moment(context))

    # --- looking at it ----------------------------------------------------------------------------------------------

    def get_weights(self) -> dict[str, float]:
        """Return the weight of each strategy that it combines, summing to 1."""
        return dict(self._credit.weights())

    def belief(self, worker_id: str, task_type: str | None) -> Belief:
        """Return what is believed of a worker at a type of task, and how surely."""
        return self._learner.belief(worker_id, task_type)

    def expected(self, worker_id: str, task_type: str | None) -> tuple[float | None, float, bool]:
        """Return the seconds to a success expected of a worker, the doubt of their logarithm, and whether it was tried.

        The seconds are None where the type was never seen to succeed.
        """
        return self._learner.expected(worker_id, task_type)

    def reason(self, worker_id: str, task_type: str | None) -> str | None:
        """Return why a worker stands out of turn (it is to be probed), or None."""
        return self._learner.reason(worker_id, task_type)

    def describe(self, worker_id: str, task_type: str | None) -> dict[str, Any]:
        """Return what is believed of a worker at a type, as `Explanation.beliefs` has it."""
        belief = self.belief(worker_id, task_type)
        return {
            "typical_duration": belief.typical_duration,
            "success": belief.success,
            "relative_cost": exp(belief.log_cost),
            "doubt": belief.doubt,
            "outcomes": belief.outcomes,
            "slowed_when_full": exp(self._learner.crowding.of(worker_id) * FULL),
            "note": self.reason(worker_id, task_type),
        }

    def preference(self, context: DecisionContext) -> Preference:
        """Return how a plan likes each worker: see `by_cost`."""
        return by_cost(self._learner, self.name)

    def state_dict(self) -> dict[str, Any]:
        """Return all that was learned, as plain JSON."""
        own = None
        if self._own_rng is not None:
            version, internal, gauss = self._own_rng.getstate()
            own = [version, list(internal), gauss]
        return {
            "version": STATE_VERSION,
            "count": self._count,
            "rng": own,
            "learner": learner_state(self._learner),
            "credit": self._credit.state(),
            "turns": self._rotation.state(),
            "experts": self._experts.state(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave; a fresh strategy with it chooses as the old one did.

        Raises:
            FieldTypeError: it is no mapping.
            FieldError: it is of another version, or damaged; the strategy is then as it was.
        """
        state = validation.mapping("state", state)
        if state.get("version") != STATE_VERSION:
            raise FieldError(
                "state.version", f"must be {STATE_VERSION}, not {state.get('version')!r}; start without it"
            )
        before = self.state_dict()
        try:
            self._restore(state)
        except (AttributeError, LookupError, TypeError, ValueError) as damage:
            self._restore(before)
            raise FieldError("state", f"is damaged ({damage!r}); start without it") from damage

    def _restore(self, state: Mapping[str, Any]) -> None:
        self._count = int(state["count"])
        if self._own_rng is not None and state["rng"] is not None:
            version, internal, gauss = state["rng"]
            self._own_rng.setstate((version, tuple(internal), gauss))
        restore_learner(self._learner, state["learner"])
        self._credit.restore(state["credit"])
        self._rotation.restore(state["turns"])
        self._experts.restore(state["experts"])

    # --- chance -----------------------------------------------------------------------------------------------------

    def _rng(self, context: DecisionContext) -> Random:
        return self._own_rng if self._own_rng is not None else context.rng
