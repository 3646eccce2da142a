"""How many tasks wait and are held, by type and tenant: counted once, then followed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from apportion.events import Fact, TaskAssigned, TaskFact, TaskQueued, TaskRequeued
from apportion.model.lifecycle import TaskState
from apportion.ports import TaskStore


@dataclass(frozen=True, slots=True)
class Share:
    """How many tasks of one name wait and are held."""

    name: str
    waiting: int
    held: int


class Breakdown:
    """Counts tasks that have not ended."""

    def __init__(self) -> None:
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._held: Counter[tuple[str, str]] = Counter()
        self._holders: set[str] = set()

    def start(self, store: TaskStore) -> None:
        """Begin with what a store holds, before anything in it changes."""
        for (state, task_type, tenant), tasks in store.unfinished().items():
            (self._held if state is TaskState.ASSIGNED else self._waiting)[task_type, tenant] += tasks
        self._holders = {task.id for task in store.assigned()}

    def note(self, fact: Fact) -> None:
        """Take in what has happened; an observer."""
        if not isinstance(fact, TaskFact):
            return
        task = fact.task
        group = task.task_type, task.tenant
        if isinstance(fact, TaskQueued):
            self._waiting[group] += 1
        elif isinstance(fact, TaskAssigned):
            self._less(self._waiting, group)
            self._held[group] += 1
            self._holders.add(task.id)
        else:
            was_held = task.id in self._holders
            self._holders.discard(task.id)
            self._less(self._held if was_held else self._waiting, group)
            if isinstance(fact, TaskRequeued):
                self._waiting[group] += 1

    def by_type(self, most: int) -> list[Share]:
        """Return the types of which most tasks wait, up to so many."""
        return self._by(0, most)

    def by_tenant(self, most: int) -> list[Share]:
        """Return the tenants of which most tasks wait, up to so many."""
        return self._by(1, most)

    def _by(self, part: int, most: int) -> list[Share]:
        waiting, held = _grouped(self._waiting, part), _grouped(self._held, part)
        names = sorted(set(chain(waiting, held)), key=lambda name: (-waiting[name], -held[name], name))
        return [Share(name, waiting[name], held[name]) for name in names[:most]]

    @staticmethod
    def _less(counts: Counter[tuple[str, str]], group: tuple[str, str]) -> None:
        """Names that no task has any more are forgotten: clients make them up."""
        left = counts[group] - 1
        if left > 0:
            counts[group] = left
        else:
            counts.pop(group, None)


def _grouped(counts: Counter[tuple[str, str]], part: int) -> Counter[str]:
    found: Counter[str] = Counter()
    items: Iterable[tuple[tuple[str, str], int]] = counts.items()
    for group, tasks in items:
        found[group[part]] += tasks
    return found
