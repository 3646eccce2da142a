"""What workers cost at the types in use: worked out anew after outcomes, before somebody reads it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from apportion.core.learning.columns import Columns
from apportion.core.learning.cost import Cost, cost_of, handicap_of, planned_of, reach_of
from apportion.core.learning.expectation import expect
from apportion.core.learning.overdue import overdue
from apportion.core.learning.type_record import TypeRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apportion.core.learning.arm import Arm
    from apportion.core.learning.belief import Belief
    from apportion.core.learning.records import Records
    from apportion.core.pool.column import Column
    from apportion.core.pool.seated import Followed
    from apportion.model.worker import WorkerInfo

_MOST_COLUMNS = 32
_MOST_DUE = 256
"""Costs that may wait to be written: those of whoever has left since must not pile up."""

_MOVED = 0.1
"""By so much a worker's effect over all types moves before its costs at the other types are written anew."""

Standing = tuple[TypeRecord, Mapping[str, float], Mapping[str, float]]
"""A type, and what each worker costs at it: drawn and settled."""


class Costs:
    """Two columns of costs for each type in use.

    Many outcomes may come at once, and only what the last of a worker at a type leaves behind is ever read: costs that
    have changed are due, and written when a choice wants to read them.

    Args:
        records: everything that is known.
        standing: types in use, least recently used first, with costs that are gone on with.

    Attributes:
        now: Unix seconds of the latest outcome.
    """

    def __init__(self, records: Records, standing: Iterable[Standing] = ()) -> None:
        self.now = 0.0
        self._records = records
        self._in_use: OrderedDict[TypeRecord, Columns] = OrderedDict()
        self._due: dict[tuple[str, TypeRecord], None] = {}
        for record, drawn, settled in standing:
            self._use(record, drawn, settled)

    # --- reading ----------------------------------------------------------------------------------------------------

    def column(self, record: TypeRecord, pool: Followed, *, drawn: bool) -> Column:
        """Return each worker's log cost for a type: with a draw of the doubt, or as it is believed."""
        self.write_down()
        columns = self._in_use.get(record)
        if columns is None:
            columns = self._use(record)
        else:
            self._in_use.move_to_end(record)
        return columns.column(pool, drawn=drawn)

    def has_left(self, worker_id: str, record: TypeRecord) -> bool:
        """Return whether a worker sits in no pool that was chosen from for a type in use."""
        columns = self._in_use.get(record)
        return columns is not None and not columns.seats(worker_id)

    def standing(self) -> list[Standing]:
        """Return the types in use, least recently used first, with what each worker costs now."""
        self.write_down()
        return [(record, *columns.state()) for record, columns in self._in_use.items()]

    def known(self, worker_id: str, kind: str | None, record: TypeRecord) -> Cost:
        """Return what `column` would give for one worker. It writes nothing: explanations and plans lean on that."""
        columns = self._in_use.get(record)
        if columns is None:
            return self._cost(worker_id, kind, record)
        if (worker_id, record) in self._due:
            return self._cost_now(expect(self._records, worker_id, kind, record), record, record.arms.get(worker_id))
        return columns.known(worker_id, lambda: self._cost(worker_id, kind, record))

    def planned(self, worker_id: str, kind: str | None, record: TypeRecord) -> float:
        """Return a worker's log cost in a plan that may explore. It writes nothing."""
        arm = record.arms.get(worker_id)
        if arm is not None and arm.outcomes:
            return self.known(worker_id, kind, record).settled
        belief = expect(self._records, worker_id, kind, record)
        late = overdue(arm, belief, record, self.now) if arm is not None and arm.open else 0.0
        return planned_of(belief, arm) + late

    # --- writing ----------------------------------------------------------------------------------------------------

    def hold_back(self, worker_id: str, record: TypeRecord, arm: Arm) -> None:
        """Bring a worker's handicap up to date, where that is all that has changed."""
        more = handicap_of(arm) - arm.penalty
        if more:
            arm.penalty += more
            columns = self._in_use.get(record)
            if columns is not None:
                columns.shift(worker_id, more)

    def renew(self, worker_id: str, record: TypeRecord, arm: Arm) -> None:
        """Have the worker's costs written before they are read: of many outcomes at once, the last one's count."""
        arm.penalty = handicap_of(arm)
        arm.valued_at = record.decisions
        self._due[worker_id, record] = None
        if len(self._due) > _MOST_DUE:
            self.write_down()

    def write_down(self) -> None:
        """Write what is due into the columns of its type, and of all types where a worker's effect has moved."""
        if not self._due:
            return
        due, self._due = self._due, {}
        for worker_id, record in due:
            worker = self._records.workers.get(worker_id)
            kind = None if worker is None else worker.kind
            self._write(worker_id, kind, record, self._in_use.get(record))
            if worker is None:
                continue
            effect, _ = worker.effect(0.0, self._records.spreads.ratio)
            if abs(effect - worker.published) > _MOVED:
                worker.published = effect
                for other, columns in self._in_use.items():
                    if other is not record:
                        self._write(worker_id, kind, other, columns)

    # --- inside -----------------------------------------------------------------------------------------------------

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
        self._records.meet(worker)
        record.enlist(worker.id)
        return self._cost(worker.id, worker.kind, record)

    def _cost(self, worker_id: str, kind: str | None, record: TypeRecord) -> Cost:
        belief, arm = expect(self._records, worker_id, kind, record), record.arms.get(worker_id)
        if arm is not None:
            arm.reach = reach_of(belief, arm)
        return cost_of(belief, arm)

    def _write(self, worker_id: str, kind: str | None, record: TypeRecord, columns: Columns | None) -> None:
        belief = expect(self._records, worker_id, kind, record)
        if belief.outcomes:
            record.valued(worker_id, belief.log_cost)
        if columns is not None:
            arm = record.arms.get(worker_id)
            if arm is not None:
                arm.reach = reach_of(belief, arm)
            columns.write(worker_id, self._cost_now(belief, record, arm))

    def _cost_now(self, belief: Belief, record: TypeRecord, arm: Arm | None) -> Cost:
        """Return what a worker costs, with what its open picks say by not having ended."""
        cost = cost_of(belief, arm)
        return cost.plus(overdue(arm, belief, record, self.now)) if arm is not None and arm.open else cost
