"""Learns from outcomes how long each worker takes to a success at each type of task."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from itertools import islice
from math import exp
from typing import TYPE_CHECKING

from apportion.core.learning.advantage import advantage
from apportion.core.learning.arm import Arm
from apportion.core.learning.columns import Columns
from apportion.core.learning.cost import FREE_PICKS, Cost, cost_of, handicap_of, reach_of, why_tried
from apportion.core.learning.evidence import Outcome, take_in
from apportion.core.learning.expectation import IDLE, expect
from apportion.core.learning.load_slope import fullness
from apportion.core.learning.overdue import overdue
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

_MOST_COLUMNS = 32
_LISTENED = 2
"""At each outcome, so many are listened to that have been given tasks and not been heard of."""

_AWHILE = 2
"""Who is picked after so many decisions for each worker is picked for its doubt."""

_MOVED = 0.1
"""By so much a worker's effect over all types moves before its costs at the other types are written anew."""


Standing = tuple[TypeRecord, Mapping[str, float], Mapping[str, float]]
"""A type, and what each worker costs at it: drawn and settled."""


class Learner:
    """Records of what is known, and for the types in use two columns of costs.

    Attributes:
        records: who and what was met, and the evidence.
    """

    def __init__(self) -> None:
        self.records = Records()
        self._in_use: OrderedDict[TypeRecord, Columns] = OrderedDict()
        self._now = 0.0

    # --- what a choice reads ----------------------------------------------------------------------------------------

    def costs(self, task_type: str | None, pool: Followed, *, drawn: bool) -> Column:
        """Return each worker's log cost for a type: with a draw of the doubt, or as it is believed."""
        self.records.fleet = len(pool)
        record = self.records.type(task_type)
        columns = self._in_use.get(record)
        if columns is None:
            columns = self._use(record)
        else:
            self._in_use.move_to_end(record)
        return columns.column(pool, drawn=drawn)

    def costs_of(self, workers: Iterable[WorkerInfo], task_type: str | None) -> list[Cost]:
        """Return what `costs` would give, one by one. It changes nothing: explanations and plans lean on that."""
        record = self._record(task_type)
        return [self._known(worker.id, worker.kind, record) for worker in workers]

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
        cost = self._known(worker_id, self.records.kind_of(worker_id), record)
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
            self._publish(worker.id, record, arm)
        elif len(arm.open) > FREE_PICKS:
            self._hold_back(worker.id, record, arm)
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
        self._now = now
        if outcome.success or outcome.fault != "task":  # a failure that is the task's own says nothing about the worker
            take_in(self.records, worker_id, record, arm, outcome)
        arm.tried_at = record.decisions
        arm.draw = rng.gauss(0.0, 1.0)
        self._publish(worker_id, record, arm)
        record.unheard.pop(worker_id, None)
        for unheard in list(islice(record.unheard, _LISTENED)):
            self._listen(record, unheard)
        self._look_again(record, rng)

    # --- going on elsewhere -----------------------------------------------------------------------------------------

    def standing(self) -> list[Standing]:
        """Return the types in use, least recently used first, with what each worker costs now."""
        return [(record, *columns.state()) for record, columns in self._in_use.items()]

    def go_on(self, records: Records, standing: Iterable[Standing]) -> None:
        """Know what is given, and nothing else."""
        self.records = records
        self._in_use.clear()
        for record, drawn, settled in standing:
            self._use(record, drawn, settled)

    # --- costs ------------------------------------------------------------------------------------------------------

    def _record(self, task_type: str | None) -> TypeRecord:
        """Return what is known of a type, for looking at it only."""
        return self.records.known_type(task_type) or TypeRecord(task_type)

    def _use(
        self,
        record: TypeRecord,
        drawn: Mapping[str, float] | None = None,
        settled: Mapping[str, float] | None = None,
    ) -> Columns:
        columns = self._in_use[record] = Columns(partial(self._first, record), drawn, settled)
        if len(self._in_use) > _MOST_COLUMNS:
            self._in_use.popitem(last=False)
        return columns

    def _first(self, record: TypeRecord, worker: WorkerInfo) -> Cost:
        """Return what a worker costs that joins a pool; from now on it is looked at in turn."""
        self.records.meet(worker)
        record.enlist(worker.id)
        return self._cost(worker.id, worker.kind, record)

    def _known(self, worker_id: str, kind: str | None, record: TypeRecord) -> Cost:
        columns = self._in_use.get(record)
        if columns is None:
            return self._cost(worker_id, kind, record)
        return columns.known(worker_id, lambda: self._cost(worker_id, kind, record))

    def _cost(self, worker_id: str, kind: str | None, record: TypeRecord) -> Cost:
        belief, arm = expect(self.records, worker_id, kind, record), record.arms.get(worker_id)
        if arm is not None:
            arm.reach = reach_of(belief, arm)
        return cost_of(belief, arm)

    def _hold_back(self, worker_id: str, record: TypeRecord, arm: Arm) -> None:
        """Bring a worker's handicap up to date, where that is all that has changed."""
        more = handicap_of(arm) - arm.penalty
        if more:
            arm.penalty += more
            columns = self._in_use.get(record)
            if columns is not None:
                columns.shift(worker_id, more)

    def _publish(self, worker_id: str, record: TypeRecord, arm: Arm) -> None:
        """Write the worker's costs into the columns of this type, and of all types when its effect has moved."""
        arm.penalty = handicap_of(arm)
        arm.valued_at = record.decisions
        worker = self.records.workers.get(worker_id)
        kind = None if worker is None else worker.kind
        self._write(worker_id, kind, record, self._in_use.get(record))
        if worker is None:
            return
        effect, _ = worker.effect(0.0, self.records.spreads.ratio)
        if abs(effect - worker.published) > _MOVED:
            worker.published = effect
            for other, columns in self._in_use.items():
                if other is not record:
                    self._write(worker_id, kind, other, columns)

    def _write(self, worker_id: str, kind: str | None, record: TypeRecord, columns: Columns | None) -> None:
        belief = expect(self.records, worker_id, kind, record)
        if belief.outcomes:
            record.valued(worker_id, belief.log_cost)
        if columns is not None:
            arm = record.arms.get(worker_id)
            cost = cost_of(belief, arm)
            if arm is not None:
                arm.reach = reach_of(belief, arm)
            if arm is not None and arm.open:
                cost = cost.plus(overdue(arm, belief, record, self._now))
            columns.write(worker_id, cost)

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
        if arm is None or (not arm.probe and record.decisions - arm.tried_at > IDLE * len(record.ring)):
            arm = self._probe(worker_id, record)
        if arm is not None:
            arm.draw = draw
            record.lean(arm, self.crowding.of(worker_id))
            self._publish(worker_id, record, arm)

    def _listen(self, record: TypeRecord, worker_id: str) -> None:
        """Believe the longer of a worker that it is slow, the longer nothing is heard of its first tasks."""
        del record.unheard[worker_id]
        arm = record.arms.get(worker_id)
        if arm is not None and arm.open:
            record.unheard[worker_id] = None  # at the end: all are listened to in turn
            self._publish(worker_id, record, arm)

    def _strike_if_gone(self, record: TypeRecord) -> None:
        """Look at the worker last looked at no more if it has left.

        This is done at a pick, since whoever chooses from lists learns no sooner that somebody has left.
        """
        columns = self._in_use.get(record)
        if columns is not None and record.looked_at is not None and not columns.seats(record.looked_at):
            record.strike()
        record.looked_at = None

    def _probe(self, worker_id: str, record: TypeRecord) -> Arm | None:
        """Have a worker tried if the account can pay what that costs beyond the best, in typical costs of the best."""
        excess = expect(self.records, worker_id, self.records.kind_of(worker_id), record).log_cost - record.best
        price = min(MOST_SAVED, max(0.0, exp(min(excess, 50.0)) - 1.0))
        if price > record.account:
            return record.arms.get(worker_id)
        record.account -= price
        arm = self.records.arm(worker_id, record)
        arm.probe = True
        return arm
