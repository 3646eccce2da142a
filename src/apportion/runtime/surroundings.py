"""What a driver works with."""

from __future__ import annotations

from dataclasses import dataclass, field

from apportion.clock import Clock
from apportion.ports import Observer, TaskStore
from apportion.runtime.handle import Handles
from apportion.runtime.hands import Hands
from apportion.runtime.learned import Learned


@dataclass
class Surroundings:
    """What a driver works with.

    Attributes:
        store: the truth.
        hands: run attempts.
        handles: who waits for which task.
        learned: saved with the store.
        clock: Unix seconds.
        steady: seconds that never jump.
        observers: told every fact once it is durable.
    """

    store: TaskStore
    hands: Hands
    handles: Handles
    learned: Learned
    clock: Clock
    steady: Clock
    observers: list[Observer] = field(default_factory=list[Observer])
