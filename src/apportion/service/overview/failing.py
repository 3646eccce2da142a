"""Who and what fails lately: outcomes of the last minutes, by name."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

CELL = 30.0
CELLS = 10
MOST_NAMES = 20_000
"""Names that are followed; names are made up by clients, and memory is not."""


@dataclass(slots=True)
class Record:
    """What happened lately under one name.

    Attributes:
        cells: number of the half minute, successes in it, failures in it.
        error: what the last failure said.
        task_id: the task that failed last.
    """

    cells: deque[list[int]] = field(default_factory=lambda: deque[list[int]](maxlen=CELLS))
    error: str = ""
    task_id: str = ""


@dataclass(frozen=True, slots=True)
class Failing:
    """A name of which much fails.

    Attributes:
        name: the type or worker.
        succeeded, failed: attempts of the last five minutes.
        error: what the last failure said.
        task_id: the task that failed last.
    """

    name: str
    succeeded: int
    failed: int
    error: str
    task_id: str


class RecentOutcomes:
    """Outcomes of the last five minutes, by name."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}

    def note(self, name: str, at: float, *, success: bool, error: str = "", task_id: str = "") -> None:
        """Take in an outcome."""
        record = self._records.get(name)
        if record is None:
            if len(self._records) >= MOST_NAMES:
                return
            record = self._records[name] = Record()
        number = int(at // CELL)
        if not record.cells or record.cells[-1][0] < number:
            record.cells.append([number, 0, 0])
        record.cells[-1][1 if success else 2] += 1
        if not success:
            record.error, record.task_id = error, task_id

    def failing(self, now: float, least: int, share: float) -> list[Failing]:
        """Return names with at least so many failures that make at least such a share; most failures first."""
        found: list[Failing] = []
        oldest = int(now // CELL) - CELLS + 1
        for name, record in list(self._records.items()):
            cells = [cell for cell in record.cells if cell[0] >= oldest]
            if not cells:
                del self._records[name]
                continue
            succeeded, failed = sum(cell[1] for cell in cells), sum(cell[2] for cell in cells)
            if failed >= least and failed >= share * (failed + succeeded):
                found.append(Failing(name, succeeded, failed, record.error, record.task_id))
        return sorted(found, key=lambda each: (-each.failed, each.name))
