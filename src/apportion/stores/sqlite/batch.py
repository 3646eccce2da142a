"""The changes of one transaction, carried out on the writing connection."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain, compress, groupby
from operator import itemgetter
from typing import Any, Final

from apportion.model.lifecycle import TaskState
from apportion.model.plain_json import encode
from apportion.ports import Change, Forget, ForgetNotes, Insert, Note, Remember, Transition
from apportion.stores.sqlite import statements
from apportion.stores.sqlite.rows import (
    TRANSITION_AFTER,
    TRANSITION_BEFORE,
    Row,
    awaited_rows,
    decision_rows,
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
            Note: self._note,
            ForgetNotes: self._forget_notes,
        }

    def carry_out(self, changes: Sequence[Change]) -> list[bool]:
        """Carry out the changes in order; neighbours of one kind together. Return which took effect."""
        effects: list[bool] = []
        for kind, run in groupby(changes, type):
            effects += self._by_kind[kind](list(run))
        moved = [(change, state) for state, change in self._totals.items() if change]
        self._cursor.executemany(statements.COUNT, moved)
        return effects

    # All is encoded before anything of it is written: what is no JSON is refused, whether it would be kept or not.

    def _insert(self, run: list[Insert]) -> list[bool]:
        tasks = [insert.task for insert in run]
        numbers = range(self.next_number, self.next_number + len(tasks))
        self.next_number = numbers.stop
        inputs = list(map(input_row, tasks, numbers))
        lives = [[] if is_new(task) else [transition_row(Transition(task, task.state, 0))] for task in tasks]
        decisions = [decision_rows(task) for task in tasks]
        effects = self._effects(statements.INSERT, list(map(insert_row, tasks, numbers)))
        self._cursor.executemany(statements.INSERT_INPUT, compress(inputs, effects))
        awaited = [awaited_rows(task) for task in compress(tasks, effects) if task.after]
        self._cursor.executemany(statements.AWAIT, chain.from_iterable(awaited))
        self._cursor.executemany(statements.TRANSITION, chain.from_iterable(compress(lives, effects)))
        self._cursor.executemany(statements.DECIDE, chain.from_iterable(compress(decisions, effects)))
        self._totals.update(task.state.value for task in compress(tasks, effects))
        return effects

    def _transition(self, run: list[Transition]) -> list[bool]:
        rows = [transition_row(change) for change in run]
        decisions = [decision_rows(change.task) if change.task.state is TaskState.ASSIGNED else [] for change in run]
        effects = self._effects(statements.TRANSITION, rows)
        self._cursor.executemany(statements.DECIDE, chain.from_iterable(compress(decisions, effects)))
        for (before, after), tasks in Counter(map(_BEFORE_AND_AFTER, compress(rows, effects))).items():
            self._totals[before] -= tasks
            self._totals[after] += tasks
        return effects

    def _forget(self, run: list[Forget]) -> list[bool]:
        return [self._forget_one(change.task_id) for change in run]

    def _forget_one(self, task_id: str) -> bool:
        gone = self._cursor.execute(statements.FORGET, (task_id,)).fetchone()
        if gone is None:
            return False
        number, state = gone
        self._cursor.execute(statements.FORGET_INPUT, (number,))
        self._cursor.execute(statements.FORGET_AWAITED, (task_id,))
        self._cursor.execute(statements.FORGET_DECISION, (number,))
        self._totals[state] -= 1
        return True

    def _remember(self, run: list[Remember]) -> list[bool]:
        rows = [(change.name, encode("Remember.document", change.document)) for change in run]
        self._cursor.executemany(statements.REMEMBER, rows)
        return [True] * len(run)

    def _note(self, run: list[Note]) -> list[bool]:
        self._cursor.executemany(statements.NOTE, [(change.at, encode("Note.line", change.line)) for change in run])
        return [True] * len(run)

    def _forget_notes(self, run: list[ForgetNotes]) -> list[bool]:
        given = ({"before": change.before, "most": change.most} for change in run)
        return [self._cursor.execute(statements.FORGET_NOTES, values).rowcount > 0 for values in given]

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
