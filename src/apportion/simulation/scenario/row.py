"""A row of traffic, whichever reader or generator it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apportion.model.constraint import Constraint
from apportion.model.frozen import FrozenDict


@dataclass(slots=True)
class Row:
    """One task as its source has it.

    Attributes:
        arrival: seconds since the beginning of the trace.
        work: units of work; seconds on a worker of speed 1.
        task_type: what it is, where no ``[[task_type]]`` says otherwise.
        columns: what expressions may ask for.
        capabilities: what it needs, by the source.
        constraints: on workers' labels, by the source.
        key: what it belongs to (a session, a build), or None.
        priority: by the source, or None.
        complexity: units of capacity while it runs, where no ``[[task_type]]`` says otherwise.
        doomed: it fails wherever it runs: a test that is red, a job that is broken.
    """

    arrival: float
    work: float
    task_type: str
    columns: Mapping[str, Any] = field(default_factory=FrozenDict[str, Any])
    capabilities: frozenset[str] = frozenset()
    constraints: tuple[Constraint, ...] = ()
    key: str | None = None
    priority: float | None = None
    doomed: bool = False
    complexity: float = 1.0
