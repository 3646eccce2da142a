"""What a task may wait for: tasks of its tenant that are there, or come with it, and never itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.errors import FieldError
from apportion.model.task_record import Task
from apportion.ports import TaskStore


def named_elsewhere(tasks: Sequence[Task]) -> list[str]:
    """Return the ids that new tasks wait for and that are not among them."""
    own = {task.id for task in tasks}
    return sorted({id for task in tasks for id in task.after} - own)


def tenants_of(store: TaskStore, ids: Sequence[str]) -> dict[str, str]:
    """Return the tenant of each of these tasks that is there; this may wait for the disk."""
    found = (store.get(id) for id in ids)
    return {task.id: task.tenant for task in found if task is not None}


def refuse_unknown(tasks: Sequence[Task], elsewhere: Mapping[str, str]) -> None:
    """Refuse new tasks that wait for what is not there, or for each other in a circle.

    Args:
        tasks: the new ones.
        elsewhere: tenants of those that are there already, by id.

    Raises:
        FieldError: naming the task's field.
    """
    tenants = {**elsewhere, **{task.id: task.tenant for task in tasks}}
    for place, task in enumerate(tasks):
        field = "after" if len(tasks) == 1 else f"[{place}].after"
        for id in task.after:
            if tenants.get(id) != task.tenant:
                problem = f"names {id!r}, and its tenant has no such task; submit that one first, or in the same list"
                raise FieldError(field, problem)
    _refuse_circles(tasks)


def _refuse_circles(tasks: Sequence[Task]) -> None:
    """Take away, again and again, those that wait for none of the others; whoever is left waits in a circle."""
    own = {task.id for task in tasks}
    waiting = {task.id: own.intersection(task.after) for task in tasks}
    free = [id for id, names in waiting.items() if not names]
    places: dict[str, list[str]] = {}
    for id, names in waiting.items():
        for name in names:
            places.setdefault(name, []).append(id)
    while free:
        done = free.pop()
        for id in places.get(done, ()):
            waiting[id].discard(done)
            if not waiting[id]:
                free.append(id)
    circle = sorted(id for id, others in waiting.items() if others)
    if circle:
        some = ", ".join(map(repr, circle[:5]))
        raise FieldError("after", f"{some} would wait for each other in a circle and never start; break it")
