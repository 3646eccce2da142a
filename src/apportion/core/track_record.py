"""How a worker has lately done at one type of task: success rate and average duration over a window."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ENOUGH = 5
"""Outcomes from which on a type's own record says more than the worker's metrics."""

_WINDOW = 50
_MOST_RECORDS = 32_768


_FIELDS = ("completed", "duration", "outcomes", "success")


class _Record:
    __slots__ = _FIELDS

    def __init__(self) -> None:
        self.outcomes = 0
        self.completed = 0
        self.success = 0.0
        self.duration = 0.0

    def add(self, success: bool, duration: float) -> None:
        outcomes = self.outcomes = self.outcomes + 1
        self.success += (success - self.success) / (outcomes if outcomes < _WINDOW else _WINDOW)
        if success and duration > 0:
            completed = self.completed = self.completed + 1
            self.duration += (duration - self.duration) / (completed if completed < _WINDOW else _WINDOW)

    def merit(self) -> float | None:
        """Return ``0.35 success rate + 0.25 speed``, or None while there is too little to go by.

        Speed is 0.5 where nothing was completed.
        """
        if self.outcomes < _ENOUGH:
            return None
        speed = 1 / (1 + self.duration) if self.completed else 0.5
        return 0.35 * self.success + 0.25 * speed


class TrackRecords:
    """(worker id, task type) -> record, least recently used forgotten first.

    Averages are exact over the first 50 outcomes and move with a memory of 50 from there on.
    """

    __slots__ = ("_records",)

    def __init__(self) -> None:
        self._records: OrderedDict[tuple[str, str | None], _Record] = OrderedDict()

    def add(self, worker_id: str, task_type: str | None, success: bool, duration: float) -> float | None:
        """Take in an outcome; ``duration`` in seconds counts where the task succeeded and took any time.

        Returns:
            The `merit` after it.
        """
        key = worker_id, task_type
        record = self._records.get(key)
        if record is None:
            record = self._records[key] = _Record()
            if len(self._records) > _MOST_RECORDS:
                self._records.popitem(last=False)
        else:
            self._records.move_to_end(key)
        record.add(success, duration)
        return record.merit()

    def state(self) -> list[list[Any]]:
        """Return all records as plain JSON, least recently used first."""
        return [[*key, *(getattr(record, name) for name in _FIELDS)] for key, record in self._records.items()]

    def restore(self, state: Iterable[Sequence[Any]]) -> None:
        """Take over what `state` gave."""
        self._records.clear()
        for worker_id, task_type, *numbers in state:
            record = self._records[worker_id, task_type] = _Record()
            for name, number in zip(_FIELDS, numbers, strict=True):
                setattr(record, name, number)

    def merit(self, worker_id: str, task_type: str | None) -> float | None:
        """Return ``0.35 success rate + 0.25 speed``, or None while there is too little feedback to go by."""
        record = self._records.get((worker_id, task_type))
        return None if record is None else record.merit()
