"""Learns from outcomes how long each worker takes to a success at each type of task."""

from __future__ import annotations

from itertools import islice
from math import exp
from typing import TYPE_CHECKING

from apportion.core.learning.advantage import advantage
from apportion.core.learning.arm import Arm
from apportion.core.learning.cost import FREE_PICKS, PLAUSIBLE, Cost, why_tried
from apportion.core.learning.costs import Costs, Standing
from apportion.core.learning.evidence import Outcome, take_in
from apportion.core.learning.expectation import IDLE, expect
from apportion.core.learning.load_slope import fullness
from apportion.core.learning.pick import Pick
from apportion.core.learning.records import Records
from apportion.core.learning.type_record import MOST_SAVED, TypeRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apportion.clock import Random
    from apportion.core.learning.belief import Belief
    from apportion.core.learning.crowding import Crowding
    from apportion.core.pool.column import Column
    from apportion.core.pool.seated import Followed
    from apportion.model.task import TaskRequirements
    from apportion.model.worker import WorkerInfo

_LISTENED = 2
"""At each outcome, so many are listened to that have been given tasks and not been heard of."""

_AWHILE = 2
"""Who is picked after so many decisions for each worker is picked for its doubt."""


class Learner:
    """Records of what is known, and what each worker costs by that at the types in use.

    Attributes:
        records: who and what was met, and the evidence.
    """

    def __init__(self) -> None:
        self.records = Records()
        self._costs = Costs(self.records)

    # --- what a choice reads ----------------------------------------------------------------------------------------

    def costs(self, task_type: str | None, pool: Followed, *, drawn: bool) -> Column:
        """Return each worker's log cost for a type: with a draw of the doubt, or as it is believed."""
        self.records.fleet = len(pool)
        return self._costs.column(self.records.type(task_type), pool, drawn=drawn)

    def costs_of(self, workers: Iterable[WorkerInfo], task_type: str | None) -> list[Cost]:
        """Return what `costs` would give, one by one. It changes nothing: explanations and plans lean on that."""
        record = self._record(task_type)
        return [self._costs.known(worker.id, worker.kind, record) for worker in workers]

    def planned(self, workers: Iterable[WorkerInfo], task_type: str | None, *, explore: bool) -> list[float]:
        """Return each worker's log cost for plans. It changes nothing.

        Args:
            workers: whom to plan for.
            task_type: of the tasks.
            explore: whether the tasks may go to workers of which nothing is known: else these count as worse than is
                expected of them.
        """
        if not explore:
            return [cost.settled for cost in self.costs_of(workers, task_type)]
        record = self._record(task_type)
        return [self._costs.planned(worker.id, worker.kind, record) for worker in workers]

    def draws_of(self, workers: Iterable[WorkerInfo], task_type: str | None) -> list[tuple[float, float]]:
        """Return by how much the present draw has moved each worker's cost, and how far one standard deviation does."""
        arms = self._record(task_type).arms
        found = [arms.get(worker.id) for worker in workers]
        return [(0.0, 0.0) if arm is None else (arm.draw * arm.reach, arm.reach) for arm in found]

    @property
    def crowding(self) -> Crowding:
        """What load adds to costs."""
        return self.records.crowding

    def advantage(self, worker_id: str, task_type: str | None, success: bool, duration: float) -> float:
        """Return how much better than usual an outcome is that was not yet `heard`."""
        return advantage(self._record(task_type), worker_id, success, duration)

    def belief(self, worker_id: str, task_type: str | None) -> Belief:
        """Return what is believed of a worker at a type."""
        return expect(self.records, worker_id, self.records.kind_of(worker_id), self._record(task_type))

    def expected(self, worker_id: str, task_type: str | None) -> tuple[float | None, float, bool]:
        """Return the seconds to a success, the doubt of their logarithm, and whether the worker was tried."""
        record = self._record(task_type)
        belief = expect(self.records, worker_id, self.records.kind_of(worker_id), record)
        seconds = exp(record.mean + belief.log_cost) if record.sum_weight > 0 else None
        return seconds, belief.doubt, belief.outcomes > 0

    def reason(self, worker_id: str, task_type: str | None) -> str | None:
        """Return why a worker is tried that is not believed best, or None."""
        record = self._record(task_type)
        cost = self._costs.known(worker_id, self.records.kind_of(worker_id), record)
        return why_tried(self.belief(worker_id, task_type), record.arms.get(worker_id), cost)

    # --- what it is told --------------------------------------------------------------------------------------------

    def picked(self, worker: WorkerInfo, task: TaskRequirements, voters: tuple[str, ...] | None, now: float) -> None:
        """Take in that a task is given to the worker as it is now, and which strategies wanted that."""
        record = self.records.meet_type(task.task_type)
        arm = record.arms.get(worker.id) or self.records.arm(worker.id, record)
        record.decided()
        by_draw = arm.draw < 0.0 and record.decisions - arm.tried_at > _AWHILE * len(record.ring)
        arm.tried_at = record.decisions
        arm.hold(Pick(task, voters, now, fullness(worker.utilization)))
        if not arm.outcomes:
            record.unheard[worker.id] = None
        if arm.probe or by_draw:  # one task finds out as much as several
            arm.probe = False
            arm.draw = max(0.0, arm.draw)
            self._costs.renew(worker.id, record, arm)
        elif len(arm.open) > FREE_PICKS:
            self._costs.hold_back(worker.id, record, arm)
        if record.looked_at is not None:
            self._strike_if_gone(record)

    def settle(
        self, worker_id: str, task_type: str | None, task: TaskRequirements | None, began: float | None
    ) -> Pick | None:
        """Return and drop the open pick that an outcome belongs to, or None where nobody made it.

        Args:
            worker_id: who ran it.
            task_type: of which type it was.
            task: the requirements that were placed, where they are known.
            began: Unix seconds at which the attempt began, where that is known.
        """
        arm = self._record(task_type).arms.get(worker_id)
        return arm.take(task_type, task, began) if arm is not None else None

    def heard(self, worker_id: str, task_type: str | None, outcome: Outcome, now: float, rng: Random) -> None:
        """Take in an outcome."""
        record = self.records.meet_type(task_type)
        arm = self.records.arm(worker_id, record)
        self._costs.now = now
        if outcome.success or outcome.fault != "task":  # a failure that is the task's own says nothing about the worker
            take_in(self.records, worker_id, record, arm, outcome)
        arm.tried_at = record.decisions
        arm.draw = rng.gauss(0.0, 1.0)
        self._costs.renew(worker_id, record, arm)
        record.unheard.pop(worker_id, None)
        for unheard in list(islice(record.unheard, _LISTENED)):
            self._listen(record, unheard)
        self._look_again(record, rng)

    # --- going on elsewhere -----------------------------------------------------------------------------------------

    def standing(self) -> list[Standing]:
        """Return the types in use, least recently used first, with what each worker costs now."""
        return self._costs.standing()

    def go_on(self, records: Records, standing: Iterable[Standing]) -> None:
        """Know what is given, and nothing else."""
        self.records = records
        self._costs = Costs(records, standing)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _record(self, task_type: str | None) -> TypeRecord:
        """Return what is known of a type, for looking at it only."""
        return self.records.known_type(task_type) or TypeRecord(task_type)

    # --- looking again ----------------------------------------------------------------------------------------------

    def _look_again(self, record: TypeRecord, rng: Random) -> None:
        """Look at the next worker in turn: draw its doubt anew, and have it tried if that is due and can be paid.

        So everybody is tried now and then, however bad it looks, and new workers soon; and never for more than the
        allowance. A worker whose own outcomes have lately brought its costs up to date needs no look.
        """
        worker_id = record.next_in_turn()
        if worker_id is None:
            return
        arm = record.arms.get(worker_id)
        if arm is not None and record.decisions - arm.valued_at < len(record.ring):
            return
        draw = rng.gauss(0.0, 1.0)
        if self._due(worker_id, record, arm):
            arm = self._probe(worker_id, record)
        if arm is not None:
            arm.draw = draw
            record.lean(arm, self.crowding.of(worker_id))
            self._costs.renew(worker_id, record, arm)

    def _due(self, worker_id: str, record: TypeRecord, arm: Arm | None) -> bool:
        """Return whether a worker is to be tried: it was not for long; or never at this type, and may well be the best.

        What it has shown at other types speaks for it or against it, so that not each of many types tries everybody.
        """
        if arm is not None and arm.probe:
            return False
        if record.decisions - (0 if arm is None else arm.tried_at) > IDLE * len(record.ring):
            return True
        if arm is not None:
            return False
        belief = expect(self.records, worker_id, self.records.kind_of(worker_id), record)
        return belief.log_cost - PLAUSIBLE * belief.doubt <= record.best

    def _listen(self, record: TypeRecord, worker_id: str) -> None:
        """Believe the longer of a worker that it is slow, the longer nothing is heard of its first tasks."""
        del record.unheard[worker_id]
        arm = record.arms.get(worker_id)
        if arm is not None and arm.open:
            record.unheard[worker_id] = None  # at the end: all are listened to in turn
            self._costs.renew(worker_id, record, arm)

    def _strike_if_gone(self, record: TypeRecord) -> None:
        """Look at the worker last looked at no more if it has left.

        This is done at a pick, since whoever chooses from lists learns no sooner that somebody has left.
        """
        if record.looked_at is not None and self._costs.has_left(record.looked_at, record):
            record.strike()
        record.looked_at = None

    def _probe(self, worker_id: str, record: TypeRecord) -> Arm | None:
        """Have a worker tried if the account can pay what that costs beyond the best, in typical costs of the best."""
        self._costs.write_down()
        excess = expect(self.records, worker_id, self.records.kind_of(worker_id), record).log_cost - record.best
        price = min(MOST_SAVED, max(0.0, exp(min(excess, 50.0)) - 1.0))
        if price > record.account:
            return record.arms.get(worker_id)
        record.account -= price
        arm = self.records.arm(worker_id, record)
        arm.probe = True
        return arm
