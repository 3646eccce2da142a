"""The workers at a glance: one walk over them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from apportion.runtime.breaker import Circuit
from apportion.runtime.crew import Member
from apportion.runtime.looks import Looks
from apportion.wire.overview import FleetView

_NAMED = 5
"""Workers that a problem names; the others are counted."""


@dataclass(slots=True)
class Some:
    """How many, and the first few by name."""

    count: int = 0
    names: list[str] = field(default_factory=list[str])

    def add(self, name: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.names) < _NAMED:
            self.names.append(name)

    def __str__(self) -> str:
        more = f" and {self.count - len(self.names)} more" if self.count > len(self.names) else ""
        return ", ".join(self.names) + more


@dataclass(slots=True)
class FleetGlance:
    """The workers as a whole.

    Attributes:
        view: as it is shown.
        silent: those of whom nothing is heard.
        silent_held: tasks that these hold.
        resting: those that asked for a pause.
        cooling: those that failed too often and are cooled down, and why the first of them is.
        draining: those that leave.
    """

    view: FleetView
    silent: Some = field(default_factory=Some)
    silent_held: int = 0
    resting: Some = field(default_factory=Some)
    cooling: Some = field(default_factory=Some)
    why_cooling: str = ""
    draining: Some = field(default_factory=Some)


def glance_at(looks: Looks) -> FleetGlance:
    """Return the workers as a whole."""
    statuses: Counter[str] = Counter()
    loads = [0] * 11
    found = FleetGlance(FleetView(0, {}, 0.0, 0.0, loads, 0))
    view = found.view
    for member, worker in looks.members():
        status = status_of(member)
        statuses[status] += 1
        view.total += 1
        if status == "offline":
            found.silent.add(member.id)
            found.silent_held += len(member.held)
            continue
        if status == "draining":
            found.draining.add(member.id)
        elif member.resting:
            found.resting.add(member.id)
        elif status == "overloaded":
            found.cooling.add(member.id)
            found.why_cooling = found.why_cooling or member.breaker.reason
        load, capacity = worker.current_load, worker.max_capacity
        view.capacity += capacity
        view.load += load
        view.full += load >= capacity
        loads[_class_of(load, capacity)] += 1
    view.by_status = {name: statuses[name] for name in ("idle", "busy", "overloaded", "draining", "offline")}
    return found


def status_of(member: Member) -> str:
    """Return how a worker is, as people see it; one that does not ask at this moment is none the worse for it."""
    if member.silent:
        return "offline"
    if member.draining:
        return "draining"
    if member.resting or member.breaker.circuit is Circuit.OPEN:
        return "overloaded"
    return "busy" if member.held else "idle"


def _class_of(load: float, capacity: float) -> int:
    if load <= 0:
        return 0
    return 10 if load >= capacity else min(10, int(10 * load / capacity) + 1)
