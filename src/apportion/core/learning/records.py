"""Who and what has been met: types, workers, kinds, and arms (a worker at a type). Bounded, whatever comes."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from apportion.core.learning.arm import Arm
from apportion.core.learning.crowding import Crowding
from apportion.core.learning.spreads import Spreads
from apportion.core.learning.type_record import TypeRecord
from apportion.core.learning.worker_record import WorkerRecord

if TYPE_CHECKING:
    from apportion.model.worker import WorkerInfo

_MOST_TYPES = 256
_MOST_RARE_TYPES = 1024
_OFTEN = 16
"""A type beyond the limit that is met so often takes the place of the one that was not met for longest."""

_MOST_ARMS = 32_768
_ARMS_EACH = 8
"""Arms are kept for so many workers, or for eight types each of a larger fleet; the least recently used go first."""

_MOST_WORKERS = 32_768

CREDIT = 4.0
PURSE = 64.0
"""What a type may spend on probes at its beginning, in typical costs, and all types together: with more than sixteen of
them most of what there is to know of the workers is known from others, and each has what its decisions pay in."""

OTHER = "\x00other"
"""The one entry that rare types share beyond the limit."""


class Records:
    """Everything that evidence is kept in, by name.

    Attributes:
        types: task type -> what is known of it, the least recently met first.
        rare: types that share an entry -> how often they were met lately.
        workers, kinds: name -> how it differs from the others, over all types.
        recent: (worker, type) of every arm, the least recently used first.
        fleet: number of workers that were last chosen from.
        purse: what is left of the credit that types begin with, in typical costs.
        crowding: what load adds to durations.
        spreads: how far workers differ.
    """

    def __init__(self) -> None:
        self.types: OrderedDict[str | None, TypeRecord] = OrderedDict()
        self.rare: OrderedDict[str | None, int] = OrderedDict()
        self.workers: OrderedDict[str, WorkerRecord] = OrderedDict()
        self.kinds: dict[str, WorkerRecord] = {}
        self.recent: OrderedDict[tuple[str, str | None], None] = OrderedDict()
        self.fleet = 0
        self.purse = PURSE
        self.crowding = Crowding()
        self.spreads = Spreads()

    # --- types ------------------------------------------------------------------------------------------------------

    def known_type(self, task_type: str | None) -> TypeRecord | None:
        """Return the record under which a type is kept, or None where it was never met."""
        record = self.types.get(task_type)
        return self.types.get(self._key(task_type)) if record is None else record

    def type(self, task_type: str | None) -> TypeRecord:
        """Return the record under which a type is kept; a new one where there is none."""
        record = self.types.get(task_type)
        if record is not None:
            return record
        key = self._key(task_type)
        record = self.types.get(key)
        if record is None:
            record = self._new_type(key)
        return record

    def meet_type(self, task_type: str | None) -> TypeRecord:
        """Return the record under which a type is kept, having met it once more."""
        record = self.types.get(task_type)
        if record is not None:
            self.types.move_to_end(task_type)
            return record
        if len(self.types) >= _MOST_TYPES:
            self._meet_rare(task_type)
        return self.type(task_type)

    def _meet_rare(self, task_type: str | None) -> None:
        """Count a type that has no entry of its own; one that is met often has the oldest other one make room."""
        met = self.rare.pop(task_type, 0) + 1
        if met < _OFTEN:
            self.rare[task_type] = met
            if len(self.rare) > _MOST_RARE_TYPES:
                self.rare.popitem(last=False)
            return
        self._forget_type(next(key for key in self.types if key != OTHER))
        self._new_type(task_type)

    def _new_type(self, key: str | None) -> TypeRecord:
        credit = min(CREDIT, self.purse)
        self.purse -= credit
        record = self.types[key] = TypeRecord(key, credit)
        return record

    def _key(self, task_type: str | None) -> str | None:
        return task_type if task_type in self.types or len(self.types) < _MOST_TYPES else OTHER

    def _forget_type(self, key: str | None) -> None:
        for worker_id, arm in self.types.pop(key).arms.items():
            self.recent.pop((worker_id, key), None)
            self._take_back(worker_id, arm)

    # --- arms -------------------------------------------------------------------------------------------------------

    def arm(self, worker_id: str, record: TypeRecord) -> Arm:
        """Return the arm of a worker at a type, as the last one used."""
        name = (worker_id, record.key)
        self.recent[name] = None
        self.recent.move_to_end(name)
        arm = record.arms.get(worker_id)
        if arm is None:
            arm = record.arms[worker_id] = Arm(record.decisions)
            record.enlist(worker_id)
            while len(self.recent) > max(_MOST_ARMS, _ARMS_EACH * self.fleet):
                self._forget_arm(*self.recent.popitem(last=False)[0])
        return arm

    def _forget_arm(self, worker_id: str, key: str | None) -> None:
        record = self.types[key]
        arm = record.arms.pop(worker_id)
        record.take_out(arm)
        self._take_back(worker_id, arm)

    def _take_back(self, worker_id: str, arm: Arm) -> None:
        """Take out of the sums of worker and kind what the arm has given to them."""
        worker = self.workers.get(worker_id)
        if worker is None:
            return
        for sums in (worker, self.kinds.get(worker.kind) if worker.kind else None):
            if sums is not None:
                sums.take(-arm.given[0], -arm.given[1])

    # --- workers and kinds ------------------------------------------------------------------------------------------

    def worker(self, id: str) -> WorkerRecord:
        """Return the record of a worker, as the last one used."""
        worker = self.workers.get(id)
        if worker is None:
            worker = self.workers[id] = WorkerRecord()
            if len(self.workers) > _MOST_WORKERS:
                self._forget_worker()
        else:
            self.workers.move_to_end(id)
        return worker

    def _forget_worker(self) -> None:
        """Forget the worker that was not met for longest; what its arms have given is forgotten with it."""
        id, _ = self.workers.popitem(last=False)
        self.crowding.forget(id)
        for record in self.types.values():
            arm = record.arms.get(id)
            if arm is not None:
                arm.given = (0.0, 0.0)

    def meet(self, worker: WorkerInfo) -> None:
        """Remember the kind of a worker, if it has one or had one."""
        if worker.kind is None and worker.id not in self.workers:
            return
        self.worker(worker.id).kind = worker.kind
        if worker.kind is not None and worker.kind not in self.kinds and len(self.kinds) < _MOST_TYPES:
            self.kinds[worker.kind] = WorkerRecord()

    def kind_of(self, worker_id: str) -> str | None:
        """Return the kind of a worker, as far as is known."""
        worker = self.workers.get(worker_id)
        return None if worker is None else worker.kind

    def kind_arm(self, worker: WorkerRecord, record: TypeRecord) -> Arm | None:
        """Return what all workers of this worker's kind together have shown at a type, or None where it has no kind."""
        if worker.kind is None or worker.kind not in self.kinds:
            return None
        arm = record.kinds.get(worker.kind)
        if arm is None:
            arm = record.kinds[worker.kind] = Arm(0)
        return arm
