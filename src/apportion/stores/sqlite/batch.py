"""The changes of one transaction, carried out on the writing connection."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import compress, groupby
from operator import itemgetter
from typing import Any, Final

from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.ports import Change, Forget, Insert, Remember, Transition
from apportion.stores.plain_json import encode
from apportion.stores.sqlite import statements
from apportion.stores.sqlite.rows import (
    TRANSITION_AFTER,
    TRANSITION_BEFORE,
    Row,
    input_row,
    insert_row,
    is_new,
    transition_row,
)

_BEFORE_AND_AFTER: Final = itemgetter(TRANSITION_BEFORE, TRANSITION_AFTER)


class Batch:
    """Carries out changes within a transaction that somebody else begins and ends.

    Args:
        cursor: of the writing connection.
        next_number: the number of the next new task's inputs.
    """

    def __init__(self, cursor: sqlite3.Cursor, next_number: int) -> None:
        self.next_number = next_number
        self._cursor = cursor
        self._totals: Counter[str] = Counter()
        self._by_kind: dict[type[Change], Callable[[list[Any]], list[bool]]] = {
            Insert: self._insert,
            Transition: self._transition,
            Forget: self._forget,
            Remember: self._remember,
        }

    def carry_out(self, changes: Sequence[Change]) -> list[bool]:
        """Carry out the changes in order; neighbours of one kind together. Return which took effect."""
        effects: list[bool] = []
        for kind, run in groupby(changes, type):
            effects += self._by_kind[kind](list(run))
        moved = [(change, state) for state, change in self._totals.items() if change]
        self._cursor.executemany(statements.COUNT, moved)
        return effects

    def _insert(self, run: list[Insert]) -> list[bool]:
        tasks = [insert.task for insert in run]
        numbers = range(self.next_number, self.next_number + len(tasks))
        self.next_number = numbers.stop
        effects = self._effects(statements.INSERT, list(map(insert_row, tasks, numbers)))
        written = list(compress(tasks, effects))
        self._cursor.executemany(statements.INSERT_INPUT, map(input_row, written, compress(numbers, effects)))
        self._totals.update(task.state.value for task in written)
        self._write_lives([task for task in written if not is_new(task)])
        return effects

    def _write_lives(self, tasks: list[Task]) -> None:
        """Write what a copied or restored task has behind it."""
        for task in tasks:
            self._cursor.execute(statements.TRANSITION, transition_row(Transition(task, task.state, 0)))
        self._decide([task for task in tasks if task.decision is not None])

    def _transition(self, run: list[Transition]) -> list[bool]:
        rows = [transition_row(change) for change in run]
        effects = self._effects(statements.TRANSITION, rows)
        for (before, after), tasks in Counter(map(_BEFORE_AND_AFTER, compress(rows, effects))).items():
            self._totals[before] -= tasks
            self._totals[after] += tasks
        decided = (change.task for change in compress(run, effects) if change.task.decision is not None)
        self._decide([task for task in decided if task.state is TaskState.ASSIGNED])
        return effects

    def _decide(self, tasks: list[Task]) -> None:
        rows = [(encode("Task.decision", task.decision), task.id) for task in tasks]
        self._cursor.executemany(statements.DECIDE, rows)

    def _forget(self, run: list[Forget]) -> list[bool]:
        return [self._forget_one(change.task_id) for change in run]

    def _forget_one(self, task_id: str) -> bool:
        gone = self._cursor.execute(statements.FORGET, (task_id,)).fetchone()
        if gone is None:
            return False
        number, state = gone
        self._cursor.execute(statements.FORGET_INPUT, (number,))
        self._cursor.execute(statements.FORGET_DECISION, (number,))
        self._totals[state] -= 1
        return True

    def _remember(self, run: list[Remember]) -> list[bool]:
        rows = [(change.name, encode("Remember.document", change.document)) for change in run]
        self._cursor.executemany(statements.REMEMBER, rows)
        return [True] * len(run)

    def _effects(self, statement: str, rows: list[Row]) -> list[bool]:
        """Run the statement for each row and return which changed something.

        Together they run faster, but answer only how many did. As a rule that is all of them; otherwise they are taken
        back and run one by one.
        """
        cursor = self._cursor
        if len(rows) > 1:
            cursor.execute("SAVEPOINT together")
            if cursor.executemany(statement, rows).rowcount == len(rows):
                cursor.execute("RELEASE together")
                return [True] * len(rows)
            cursor.execute("ROLLBACK TO together")
            cursor.execute("RELEASE together")
        return [cursor.execute(statement, row).rowcount == 1 for row in rows]
