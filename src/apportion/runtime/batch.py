"""Instructions that wait for their commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from apportion.model.task_record import Task
from apportion.ports import Change, ForgetNotes, Insert, Note, Remember, Transition
from apportion.runtime.instructions import (
    Answer,
    AnswerClaim,
    CancelAttempt,
    Emit,
    HeartbeatAnswer,
    Instruction,
    LoadFront,
    ReadDependents,
    ReadExpiring,
    ReadParked,
    ReadWaiting,
    SetTimer,
    Start,
)

_BOUND = (LoadFront, ReadParked, ReadDependents, ReadWaiting, ReadExpiring, AnswerClaim)
"""What is about many tasks: the queue that is read, and a worker's new assignments."""


class Batch:
    """Changes that are not durable yet, and what is to be done once they are.

    New tasks are written before everything else, so that a store can write neighbours of one kind together. A new task
    that has moved on already is written as it is now, in one change: if its id is taken, nothing of it happens.
    """

    def __init__(self) -> None:
        self.inserts: list[Insert] = []
        self.transitions: list[Transition] = []
        self.remember: Remember | None = None
        self.documents: dict[str, Remember] = {}
        self.notes: list[Note] = []
        self.forget: ForgetNotes | None = None
        self.effects: list[Instruction] = []

    def add(self, instructions: Iterable[Instruction]) -> None:
        """Take in what the machine wants."""
        take: dict[type[Any], Callable[[Any], None]] = {
            Transition: self.transitions.append,
            Insert: self.inserts.append,
            Remember: self._remember,
            Note: self.notes.append,
        }
        effect = self.effects.append
        for instruction in instructions:
            take.get(type(instruction), effect)(instruction)

    def _remember(self, document: Remember) -> None:
        self.documents[document.name] = document

    @property
    def changes(self) -> list[Change]:
        """Everything to commit, in order."""
        changes: list[Change] = [*self.new_tasks(), *self._later_moves(), *self.documents.values(), *self.notes]
        if self.forget is not None:
            changes.append(self.forget)
        if self.remember is not None:
            changes.append(self.remember)
        return changes

    def new_tasks(self) -> list[Insert]:
        """Return the new tasks, each as it is when the batch is done."""
        if not self.inserts or not self.transitions:
            return self.inserts
        moved = {change.task.id: change.task for change in self.transitions}
        return [Insert(moved[each.task.id]) if each.task.id in moved else each for each in self.inserts]

    def _later_moves(self) -> list[Transition]:
        if not self.inserts:
            return self.transitions
        new = {change.task.id for change in self.inserts}
        return [change for change in self.transitions if change.task.id not in new]

    def strike_changes(self, task_id: str) -> None:
        """Strike out the changes of a task that are durable by now, but not what is to be done after them."""
        self.inserts = [change for change in self.inserts if change.task.id != task_id]
        self.transitions = [change for change in self.transitions if change.task.id != task_id]

    def latest(self) -> dict[str, Task]:
        """Return each task as it will be when all is committed."""
        return {change.task.id: change.task for change in self._of_tasks()}

    def _of_tasks(self) -> list[Insert | Transition]:
        return [*self.inserts, *self.transitions]

    def without(self, task_ids: set[str]) -> list[Instruction]:
        """Strike out all that is about these tasks, and return the effects that are struck out."""
        self.inserts = [change for change in self.inserts if change.task.id not in task_ids]
        self.transitions = [change for change in self.transitions if change.task.id not in task_ids]
        self.notes = [note for note in self.notes if note.line.get("task") not in task_ids]
        struck = [effect for effect in self.effects if about(effect) in task_ids]
        self.effects = [effect for effect in self.effects if about(effect) not in task_ids]
        return struck

    def take_signs_of_life(self) -> list[Instruction]:
        """Take out the answers to heartbeats: they promise nothing durable, and whoever waits for one cannot beat."""
        signs: list[Instruction] = [each for each in self.effects if _is_sign_of_life(each)]
        if signs:
            self.effects = [each for each in self.effects if not _is_sign_of_life(each)]
        return signs

    def take_free(self) -> list[Instruction]:
        """Take out the effects that need not wait for any change; some have to wait for all of them."""
        bound = {change.task.id for change in self._of_tasks()}
        free: list[Instruction] = [
            effect for effect in self.effects if about(effect) not in bound and not isinstance(effect, _BOUND)
        ]
        self.effects = [effect for effect in self.effects if about(effect) in bound or isinstance(effect, _BOUND)]
        return free


def _is_sign_of_life(effect: Instruction) -> bool:
    return isinstance(effect, Answer) and isinstance(effect.value, HeartbeatAnswer)


def about(effect: Instruction) -> str:
    """Return the id of the task that an instruction is about, or ""."""
    if isinstance(effect, Start | CancelAttempt):
        return effect.attempt.task_id
    if isinstance(effect, Answer):
        return effect.task_id
    if isinstance(effect, Emit):
        return getattr(effect.fact, "task_id", "")
    assert isinstance(effect, (*_BOUND, SetTimer))
    return ""
