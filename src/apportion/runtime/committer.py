"""Makes batches durable, and says what may be done after that, also where the store refuses or fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from apportion.errors import CallerError, DuplicateError, StoreError, StoreFullError, TaskConflictError
from apportion.model.task_record import Task
from apportion.ports import Insert, TaskStore, Transition
from apportion.runtime.batch import Batch
from apportion.runtime.inputs import ChangeRefused, Input
from apportion.runtime.instructions import Answer, Instruction

_TRIES_BEFORE_REFUSING = 3
_TRIES_TO_LOOK = 10
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


InThread = Callable[..., Awaitable[Any]]
"""Calls a function in the thread that writes, and returns what it returns, or raises what it raises."""


@dataclass(slots=True)
class Committed:
    """What is to be done after a try to commit.

    Attributes:
        committed: whether everything in the batch was tried; the batch is empty then.
        effects: what may be done now.
        ended: tasks that have ended, or were queued again after that, durably.
        events: what the machine has to know.
        trouble: what the store complained of, or None.
        retry_in: seconds after which to try again what is left in the batch, or None.
    """

    committed: bool
    effects: list[Instruction] = field(default_factory=list[Instruction])
    ended: list[Task] = field(default_factory=list[Task])
    events: list[Input] = field(default_factory=list[Input])
    trouble: str | None = None
    retry_in: float | None = None


class Committer:
    """Commits batches to one store.

    Args:
        store: the store.
        in_thread: calls a function in the thread that writes.
    """

    def __init__(self, store: TaskStore, in_thread: InThread) -> None:
        self._store = store
        self._in_thread = in_thread
        self._failures = 0

    @property
    def troubled(self) -> bool:
        """Whether the last commit failed."""
        return self._failures > 0

    async def commit(self, batch: Batch) -> Committed:
        """Try to make everything in the batch durable.

        What has happened (ends of attempts, above all) stays in the batch until the store takes it. What was asked is
        refused when the disk is full, or after a few tries.
        """
        changes = batch.changes
        if not changes:
            return self._done(batch, [], [])
        try:
            answers = await self._in_thread(self._store.commit, changes)
        except StoreError as error:
            return await self._troubled(batch, error)
        except CallerError as error:
            return await self._sorted_out(batch, error)
        uncertain, self._failures = self._failures > 0, 0
        refused = {
            change.task.id
            for change, took_effect in zip(changes, answers, strict=True)
            if not took_effect and isinstance(change, Insert | Transition)
        }
        if not refused:
            return self._done(batch, batch.transitions, [])
        return await self._refused(batch, refused, uncertain)

    def _done(self, batch: Batch, transitions: Sequence[Transition], events: list[Input]) -> Committed:
        effects = batch.effects
        ended = [each.task for each in transitions if each.task.state.final or each.from_state.final]
        batch.inserts, batch.transitions, batch.effects, batch.remember = [], [], [], None
        batch.documents, batch.notes, batch.forget = {}, [], None
        return Committed(True, effects, ended, events)

    # --- what the store did not take --------------------------------------------------------------------------------

    async def _refused(self, batch: Batch, task_ids: set[str], uncertain: bool) -> Committed:
        """Some changes met another state, lease, id or key than they expected: strike out what depends on them."""
        latest = batch.latest()
        new = {change.task.id for change in batch.inserts}
        events: list[Input] = []
        answers: list[Instruction] = []
        for task_id in sorted(task_ids):
            lost = latest[task_id]
            found = await self._look_at(task_id)
            if uncertain and found is not None and _took_effect(found, lost):
                continue  # an earlier try was written although it was reported as failed
            error = DuplicateError("task", task_id) if task_id in new else _conflict(task_id, found)
            answers += _answers(batch.without({task_id}), error)
            events.append(ChangeRefused(lost, found, task_id in new))
        done = self._done(batch, batch.transitions, events)
        done.effects += answers
        return done

    async def _sorted_out(self, batch: Batch, error: CallerError) -> Committed:
        """A new task can never be written (its payload is no JSON, say): write each alone, and refuse that one."""
        latest = batch.latest()
        events: list[Input] = []
        answers: list[Instruction] = []
        for insert in batch.new_tasks():
            task_id = insert.task.id
            problem, found = await self._try_alone(insert)
            if problem is None:
                batch.strike_changes(task_id)
            else:
                answers += _answers(batch.without({task_id}), problem)
                events.append(ChangeRefused(latest[task_id], found, inserted=True))
        if not events:
            raise error
        rest = await self.commit(batch)
        rest.events[:0] = events
        rest.effects += answers
        return rest

    async def _try_alone(self, insert: Insert) -> tuple[CallerError | None, Task | None]:
        """Return why a new task cannot be written, and the one that has its id already."""
        try:
            (took_effect,) = await self._in_thread(self._store.commit, [insert])
        except CallerError as problem:
            return problem, None
        if took_effect:
            return None, None
        return DuplicateError("task", insert.task.id), await self._look_at(insert.task.id)

    async def _look_at(self, task_id: str) -> Task | None:
        """Return what the store has of a task, however long that takes: without it nobody knows what is true."""
        pause = _FIRST_PAUSE
        for _ in range(_TRIES_TO_LOOK):
            try:
                return await self._get(task_id)
            except StoreError:
                await asyncio.sleep(pause)
                pause = min(_LONGEST_PAUSE, pause * 2)
        return await self._get(task_id)

    async def _get(self, task_id: str) -> Task | None:
        found: Task | None = await self._in_thread(self._store.get, task_id)
        return found

    # --- a store in trouble -----------------------------------------------------------------------------------------

    async def _troubled(self, batch: Batch, error: StoreError) -> Committed:
        self._failures += 1
        batch.remember = None
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (self._failures - 1))
        result = Committed(False, trouble=str(error), retry_in=pause)
        if isinstance(error, StoreFullError) or self._failures >= _TRIES_BEFORE_REFUSING:
            await self._refuse_new(batch, error, result)
        result.effects += batch.take_free()
        return result

    async def _refuse_new(self, batch: Batch, error: StoreError, result: Committed) -> None:
        """Refuse new tasks, but for those that are there although the store said that they are not."""
        latest = batch.latest()
        for insert in list(batch.inserts):
            try:
                found = await self._get(insert.task.id)
            except StoreError:
                return  # nobody can say; they are looked at again after the next try
            if found is not None and _is_same(found, insert.task):
                batch.inserts.remove(insert)
                continue
            result.effects += _answers(batch.without({insert.task.id}), error)
            result.events.append(ChangeRefused(latest[insert.task.id], None, inserted=True))


def _answers(struck: Sequence[Instruction], error: Exception) -> list[Instruction]:
    """Return the error as the answer to all who asked for what was struck out."""
    return [Answer(each.request, each.task_id, error=error) for each in struck if isinstance(each, Answer)]


def _conflict(task_id: str, found: Task | None) -> TaskConflictError:
    state = "not there" if found is None else found.state.value
    return TaskConflictError(task_id, state, "it has changed meanwhile; look at it again")


def _took_effect(found: Task, wanted: Task) -> bool:
    return _is_same(found, wanted) and found.state is wanted.state and found.lease == wanted.lease


def _is_same(found: Task, wanted: Task) -> bool:
    """Return whether both are one task, rather than two that were given one id."""
    return found.created_at == wanted.created_at
