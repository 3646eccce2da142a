"""What a worker at work is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apportion.sdk.work.config import WorkerConfig
from apportion.sdk.work.hands import Chosen
from apportion.wire.workers import Registration


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """What a run is made from.

    Attributes:
        url: of the service.
        token: or None.
        said: what the worker says of itself.
        handlers: task type -> handler.
        commands: as for `Hands`.
        config: how it behaves.
    """

    url: str
    token: str | None = field(repr=False)
    said: Registration
    handlers: Mapping[str, Chosen]
    commands: frozenset[str] | None
    config: WorkerConfig
