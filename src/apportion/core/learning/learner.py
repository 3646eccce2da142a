"""Learns from outcomes how long each worker takes to a success at each type of task."""

from __future__ import annotations

from collections import OrderedDict
from math import exp, log, log1p
from typing import TYPE_CHECKING

from apportion.core.learning.arm import Arm, Pick
from apportion.core.learning.belief import Belief, Prior, believe
from apportion.core.learning.type_record import TypeRecord
from apportion.core.learning.worker_record import WorkerRecord
from apportion.core.pool.memory import WorkerMemory

if TYPE_CHECKING:
    from apportion.clock import Random
    from apportion.model.task import TaskRequirements
    from apportion.model.worker import WorkerInfo

DRAW = 0.5
"""How much of the doubt is acted on: whole posterior draws (Thompson sampling) cost more than they find."""

OPTIMISM = 0.25
"""How much of the doubt speaks for a worker that was never tried."""

_IDLE = 20.0
"""An arm's doubt comes back by half in as many decisions of its type for each worker."""

_MOST_TYPES = 256
_MOST_COLUMNS = 32
_MOST_ARMS = 32_768
_ARMS_EACH = 8
"""Arms are kept for so many workers, or for eight types each of a larger fleet; the least recently used are forgotten."""

_MOST_WORKERS = 32_768
OTHER = "\x00other"
"""The one entry that types share beyond the limit."""

_FREE_PICKS = 2
_PROBE = 1e3


class Learner:
    """Arms, types, workers and kinds; and for each type in use two columns of log costs, lowest best."""

    def __init__(self) -> None:
        self.types: dict[str | None, TypeRecord] = {}
        self.workers: OrderedDict[str, WorkerRecord] = OrderedDict()
        self.kinds: dict[str, WorkerRecord] = {}
        self.spread = 0.3
        self.spread_n = 5.0
        self.recent: OrderedDict[tuple[str, str | None], None] = OrderedDict()
        self._columns: OrderedDict[str | None, tuple[WorkerMemory, WorkerMemory]] = OrderedDict()

    # --- what a choice reads ----------------------------------------------------------------------------------------

    def costs(self, task_type: str | None, *, drawn: bool) -> WorkerMemory:
        """Return each worker's log cost for a type: with a draw of the doubt, or as it is believed."""
        key = self._key(task_type)
        pair = self._columns.get(key)
        if pair is None:
            pair = self._columns[key] = (
                WorkerMemory(lambda worker: self._first(worker, key)[0]),
                WorkerMemory(lambda worker: self._first(worker, key)[1]),
            )
            if len(self._columns) > _MOST_COLUMNS:
                self._columns.popitem(last=False)
        return pair[0] if drawn else pair[1]

    def belief(self, worker_id: str, task_type: str | None) -> Belief:
        """Return what is believed of a worker at a type."""
        key = self._key(task_type)
        return self._believe(worker_id, key, self.types.get(key) or TypeRecord())

    def reason(self, worker_id: str, task_type: str | None) -> str | None:
        """Return why a worker stands out of turn, or None."""
        record = self.types.get(self._key(task_type))
        arm = record.arms.get(worker_id) if record else None
        return "probe: not tried for long" if arm is not None and arm.probe else None

    # --- what it is told --------------------------------------------------------------------------------------------

    def picked(self, worker: WorkerInfo, task: TaskRequirements, voters: tuple[str, ...] | None) -> None:
        """Take in that a task was given to the worker, and which strategies wanted that."""
        record = self.types.get(task.task_type)
        arm = record.arms.get(worker.id) if record is not None else None
        if record is None or arm is None:
            key = self._key(task.task_type)
            record = self._type(key)
            arm = self._arm(worker.id, key, record)
        record.decided()
        arm.tried_at = record.decisions
        arm.hold(Pick(task, voters))
        if arm.probe:
            arm.probe = False
            self._publish(worker.id, self._key(task.task_type), record, arm)
        elif len(arm.open) > _FREE_PICKS:
            self._hold_back(worker.id, self._key(task.task_type), arm)

    def settle(self, worker_id: str, task_type: str | None, task: TaskRequirements | None) -> Pick | None:
        """Return and drop the open pick that an outcome belongs to, or None where nobody made it."""
        record = self.types.get(self._key(task_type))
        arm = record.arms.get(worker_id) if record is not None else None
        return arm.take(task_type, task) if arm is not None else None

    def heard(
        self, worker_id: str, task_type: str | None, success: bool, duration: float, fault: str | None, rng: Random
    ) -> None:
        """Take in an outcome."""
        key = self._key(task_type)
        record = self._type(key)
        arm = self._arm(worker_id, key, record)
        if success or fault != "task":  # a failure that is the task's own says nothing about the worker
            self._learn(worker_id, record, arm, success, duration, fault)
        arm.tried_at = record.decisions
        arm.draw = rng.gauss(0.0, 1.0)
        self._publish(worker_id, key, record, arm)
        self._look_again(key, record, rng)

    def restored(self) -> None:
        """Write all columns anew, after the evidence was replaced."""
        for drawn, settled in self._columns.values():
            drawn.refill()
            settled.refill()

    # --- evidence ---------------------------------------------------------------------------------------------------

    def _learn(
        self, worker_id: str, record: TypeRecord, arm: Arm, success: bool, duration: float, fault: str | None
    ) -> None:
        worker = self._worker(worker_id)
        kind = self._kind_arm(worker, record)
        expected = 0.0 if fault == "worker" else record.failure_rate_without(arm)
        log_duration = log(duration) if duration > 0 else None
        record.take_out(arm)
        if success and log_duration is not None and arm.n > 0:
            record.observe_spread((log_duration - arm.mean) ** 2 * arm.n / (arm.n + 1.0))
        if not success and duration > 0:
            record.observe_failure(duration)
        for each in (arm, kind):
            if each is None:
                continue
            if success:
                each.succeeded(log_duration, record.variance)
            else:
                each.failed(log_duration)
        record.put_in(arm)
        self._credit(worker, arm, record)
        worker.observe(not success, expected)
        if worker.kind is not None:
            self.kinds[worker.kind].observe(not success, expected)

    def _credit(self, worker: WorkerRecord, arm: Arm, record: TypeRecord) -> None:
        """Bring the sums of worker and kind up to date with the arm, and learn how far workers differ by type."""
        weight, effect = arm.weight, arm.weight * (arm.mean - record.mean)
        before_weight, before_effect = arm.given
        arm.given = (weight, effect)
        for sums in (worker, self.kinds.get(worker.kind) if worker.kind else None):
            if sums is not None:
                sums.take(weight - before_weight, effect - before_effect)
        if arm.n >= 2 and len(record.arms) > 1:
            unexplained = arm.mean - record.mean - worker.effect(0.0)
            squared = min(4.0, max(0.0, unexplained * unexplained - record.variance / arm.n))
            self.spread_n = min(200.0, self.spread_n + 1.0)
            self.spread = max(0.02, self.spread + (squared - self.spread) / self.spread_n)

    # --- beliefs ----------------------------------------------------------------------------------------------------

    def _believe(self, worker_id: str, key: str | None, record: TypeRecord) -> Belief:
        arm = record.arms.get(worker_id)
        idle = 0.0
        if arm is not None:
            idle = 1.0 - 0.5 ** ((record.decisions - arm.tried_at) / (_IDLE * max(1, len(record.ring))))
        return believe(arm, record, self._prior(worker_id, arm, record), idle)

    def _prior(self, worker_id: str, arm: Arm | None, record: TypeRecord) -> Prior:
        failing = record.failure_rate_without(arm if arm is not None else _NOTHING)
        worker = self.workers.get(worker_id)
        if worker is None:
            return Prior(0.0, failing, self.spread)
        effect, ratio = 0.0, 1.0
        if worker.kind is not None and worker.kind in self.kinds:
            kind = self.kinds[worker.kind]
            effect, ratio = kind.effect(0.0), kind.failure_ratio(1.0)
            alike = record.kinds.get(worker.kind)
            if alike is not None:
                effect = alike.weight * (alike.mean - record.mean) + (1.0 - alike.weight) * effect
        return Prior(worker.effect(effect), min(0.98, failing * worker.failure_ratio(ratio)), self.spread)

    def _first(self, worker: WorkerInfo, key: str | None) -> tuple[float, float]:
        """Return the drawn and the believed log cost of a worker that joins a pool."""
        if worker.kind is not None:
            self._meet(worker)
        record = self._type(key)
        record.enlist(worker.id)
        return self._values(worker.id, key, record, record.arms.get(worker.id))

    def _values(self, worker_id: str, key: str | None, record: TypeRecord, arm: Arm | None) -> tuple[float, float]:
        belief = self._believe(worker_id, key, record)
        if arm is None or not belief.outcomes:  # all of whom nothing is known look alike: the strategies decide
            handicap = 0.0 if arm is None else arm.penalty - (_PROBE if arm.probe else 0.0)
            return belief.log_cost - OPTIMISM * belief.doubt + handicap, belief.log_cost + handicap
        record.valued(worker_id, belief.log_cost)
        settled = belief.log_cost + arm.penalty
        return settled + DRAW * arm.draw * belief.doubt - (_PROBE if arm.probe else 0.0), settled

    def _hold_back(self, worker_id: str, key: str | None, arm: Arm) -> None:
        """Bring a worker's handicap up to date, where that is all that has changed."""
        more = _handicap(arm) - arm.penalty
        pair = self._columns.get(key)
        if more and pair is not None:
            arm.penalty += more
            pair[0].shift(worker_id, more)
            pair[1].shift(worker_id, more)

    def _publish(self, worker_id: str, key: str | None, record: TypeRecord, arm: Arm) -> None:
        """Write the worker's costs into the columns of this type, and of all types when its effect has moved."""
        arm.penalty = _handicap(arm)
        pair = self._columns.get(key)
        drawn, settled = self._values(worker_id, key, record, arm)
        if pair is not None:
            pair[0].write(worker_id, drawn)
            pair[1].write(worker_id, settled)
        worker = self.workers.get(worker_id)
        if worker is not None and abs(worker.effect(0.0) - worker.published) > 0.1:
            worker.published = worker.effect(0.0)
            self._publish_others(worker_id, key)

    def _publish_others(self, worker_id: str, but: str | None) -> None:
        for key, pair in self._columns.items():
            if key != but:
                record = self._type(key)
                drawn, settled = self._values(worker_id, key, record, record.arms.get(worker_id))
                pair[0].write(worker_id, drawn)
                pair[1].write(worker_id, settled)

    def _look_again(self, key: str | None, record: TypeRecord, rng: Random) -> None:
        """Look at the next worker in turn: draw its doubt anew, and have it tried if that is due and can be paid.

        So everybody is tried now and then, however bad it looks, and new workers soon; and never for more than the
        allowance.
        """
        worker_id = record.next_in_turn()
        pair = self._columns.get(key)
        if worker_id is None or pair is None:
            return
        if not pair[0].seats(worker_id):
            record.strike(worker_id)
            return
        arm = record.arms.get(worker_id)
        if arm is None or (not arm.probe and record.decisions - arm.tried_at > _IDLE * len(record.ring)):
            arm = self._probe(worker_id, key, record)
        if arm is not None:
            arm.draw = rng.gauss(0.0, 1.0)
            self._publish(worker_id, key, record, arm)

    def _probe(self, worker_id: str, key: str | None, record: TypeRecord) -> Arm | None:
        """Have a worker tried if the account can pay what that costs beyond the best, in typical costs of the best."""
        excess = self._believe(worker_id, key, record).log_cost - record.best
        price = max(0.0, exp(min(excess, 50.0)) - 1.0)
        if price > record.account:
            return record.arms.get(worker_id)
        record.account -= price
        arm = self._arm(worker_id, key, record)
        arm.probe = True
        return arm

    # --- who and what is known --------------------------------------------------------------------------------------

    def _key(self, task_type: str | None) -> str | None:
        if task_type in self.types or len(self.types) < _MOST_TYPES:
            return task_type
        return OTHER

    def _type(self, key: str | None) -> TypeRecord:
        record = self.types.get(key)
        if record is None:
            record = self.types[key] = TypeRecord()
        return record

    def _arm(self, worker_id: str, key: str | None, record: TypeRecord) -> Arm:
        self.recent[worker_id, key] = None
        self.recent.move_to_end((worker_id, key))
        arm = record.arms.get(worker_id)
        if arm is None:
            arm = record.arms[worker_id] = Arm(record.decisions)
            record.enlist(worker_id)
            while len(self.recent) > max(_MOST_ARMS, _ARMS_EACH * len(record.ring)):
                self._drop(*self.recent.popitem(last=False)[0])
        return arm

    def _drop(self, worker_id: str, key: str | None) -> None:
        record = self.types[key]
        arm = record.arms.pop(worker_id, None)
        if arm is None:
            return
        record.take_out(arm)
        worker = self.workers.get(worker_id)
        if worker is not None:
            worker.take(-arm.given[0], -arm.given[1])

    def _worker(self, worker_id: str) -> WorkerRecord:
        worker = self.workers.get(worker_id)
        if worker is None:
            worker = self.workers[worker_id] = WorkerRecord()
            if len(self.workers) > _MOST_WORKERS:
                self.workers.popitem(last=False)
        else:
            self.workers.move_to_end(worker_id)
        return worker

    def _meet(self, worker: WorkerInfo) -> None:
        """Remember the kind of a worker."""
        self._worker(worker.id).kind = worker.kind
        if worker.kind is not None and worker.kind not in self.kinds and len(self.kinds) < _MOST_TYPES:
            self.kinds[worker.kind] = WorkerRecord()

    def _kind_arm(self, worker: WorkerRecord, record: TypeRecord) -> Arm | None:
        if worker.kind is None or worker.kind not in self.kinds:
            return None
        arm = record.kinds.get(worker.kind)
        if arm is None:
            arm = record.kinds[worker.kind] = Arm(0)
        return arm


_NOTHING = Arm(0)


def _handicap(arm: Arm) -> float:
    """Return how much a worker is held back that has much open and little known: neither flooded nor starved."""
    waiting = len(arm.open)
    if waiting <= _FREE_PICKS:
        return 0.0
    allowed = _FREE_PICKS + 2.0 * arm.outcomes
    if waiting <= allowed:
        return 0.0
    return log1p((min(waiting, 8.0 + allowed) - allowed) / (arm.outcomes + 1.0))
