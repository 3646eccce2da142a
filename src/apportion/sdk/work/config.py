"""How a worker behaves."""

from __future__ import annotations

from dataclasses import dataclass

from apportion import validation


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """How a worker behaves.

    Attributes:
        grace: seconds that running tasks have to end once the worker is asked to stop, >= 0; None: as long as they
            take. What has not ended then is stopped and handed back; that attempt does not count.
        most_held: tasks that it holds at most, whatever their complexity, 1 to 100,000.
        claim_wait: seconds that one claim waits at the service for work, > 0 to 60.
        timeout: seconds in which the service has to answer, besides what it was asked to wait, > 0.
        longest_pause: seconds between two tries at most while the service is away, > 0.

    Raises:
        FieldError, FieldTypeError: naming the field.
    """

    grace: float | None = None
    most_held: int = 10_000
    claim_wait: float = 20.0
    timeout: float = 10.0
    longest_pause: float = 2.0

    def __post_init__(self) -> None:
        validation.optional_number("WorkerConfig.grace", self.grace, least=0)
        validation.count("WorkerConfig.most_held", self.most_held, least=1, most=100_000)
        validation.number("WorkerConfig.claim_wait", self.claim_wait, above=0, most=60)
        validation.number("WorkerConfig.timeout", self.timeout, above=0)
        validation.number("WorkerConfig.longest_pause", self.longest_pause, above=0)
