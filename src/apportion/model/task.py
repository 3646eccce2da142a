"""What a task needs, and a task that waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from apportion import validation
from apportion.model.constraint import Constraint
from apportion.model.plain import Plain, list_of


@dataclass(frozen=True, init=False)
class TaskRequirements(Plain):
    """What a task needs of a worker, and whom it would rather have.

    Attributes:
        capabilities: what the worker must be able to do.
        complexity: units of capacity that it costs while it runs, > 0.
        priority: higher first; any finite number.
        task_type: the name under which its outcomes are learned; None: a type of its own.
        estimated_duration: seconds, >= 0, or None.
        affinity: ids of workers that it would rather have.
        anti_affinity: ids of workers that it must never have; beats affinity.
        avoid: ids of workers that it takes only when nobody else is eligible.
        affinity_key: tasks of one key (a session, a repository) stay on one worker while that is reasonable.
        constraints: conditions on labels.
        deadline: Unix seconds by which it should have started, or None.
        explore: False: "not with me": this task goes to the worker that is believed best, never to one that is tried.

    Raises:
        FieldError, FieldTypeError: naming the field, the value and what is allowed.
    """

    capabilities: frozenset[str]
    complexity: float
    priority: float
    task_type: str | None
    estimated_duration: float | None
    affinity: frozenset[str]
    anti_affinity: frozenset[str]
    avoid: frozenset[str]
    affinity_key: str | None
    constraints: tuple[Constraint, ...]
    deadline: float | None
    explore: bool

    nested: ClassVar[dict[str, Callable[[Any], Any]]] = {
        "constraints": list_of("TaskRequirements.constraints", Constraint.from_dict)
    }

    def __init__(
        self,
        capabilities: Iterable[str] = (),
        complexity: float = 1,
        priority: float = 5,
        task_type: str | None = None,
        estimated_duration: float | None = None,
        affinity: Iterable[str] = (),
        anti_affinity: Iterable[str] = (),
        avoid: Iterable[str] = (),
        affinity_key: str | None = None,
        constraints: Iterable[Constraint] = (),
        deadline: float | None = None,
        explore: bool = True,
    ) -> None:
        self.__dict__.update(
            capabilities=validation.names("TaskRequirements.capabilities", capabilities),
            complexity=validation.number("TaskRequirements.complexity", complexity, above=0),
            priority=validation.number("TaskRequirements.priority", priority),
            task_type=validation.optional_text("TaskRequirements.task_type", task_type),
            estimated_duration=validation.optional_number(
                "TaskRequirements.estimated_duration", estimated_duration, least=0
            ),
            affinity=validation.names("TaskRequirements.affinity", affinity),
            anti_affinity=validation.names("TaskRequirements.anti_affinity", anti_affinity),
            avoid=validation.names("TaskRequirements.avoid", avoid),
            affinity_key=validation.optional_text("TaskRequirements.affinity_key", affinity_key),
            constraints=_constraints(constraints),
            deadline=validation.optional_number("TaskRequirements.deadline", deadline),
            explore=validation.flag("TaskRequirements.explore", explore),
        )


@dataclass(frozen=True)
class QueuedTask(Plain):
    """A task that waits, and the worker that it is meant for, if one is.

    Attributes:
        id: unique among the tasks.
        requirements: what it needs.
        assigned_worker: the worker's id, or None.
    """

    id: str
    requirements: TaskRequirements
    assigned_worker: str | None = None

    nested: ClassVar[dict[str, Callable[[Any], Any]]] = {"requirements": TaskRequirements.from_dict}

    def __post_init__(self) -> None:
        validation.text("QueuedTask.id", self.id)
        validation.instance("QueuedTask.requirements", self.requirements, TaskRequirements)
        validation.optional_text("QueuedTask.assigned_worker", self.assigned_worker)


def _constraints(given: Iterable[Constraint]) -> tuple[Constraint, ...]:
    items = validation.items("TaskRequirements.constraints", given, "a list of Constraint")
    return tuple([validation.instance("TaskRequirements.constraints (each)", item, Constraint) for item in items])
