"""A whole scenario: traffic, workers, and what happens to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from apportion.errors import FieldError, did_you_mean
from apportion.simulation.scenario.expression import check_columns
from apportion.simulation.scenario.happening import Happening
from apportion.simulation.scenario.settings import RunSettings
from apportion.simulation.scenario.source import Source
from apportion.simulation.scenario.task_kind import TaskKind
from apportion.simulation.scenario.worker_profile import WorkerProfile


@dataclass(frozen=True)
class Scenario:
    """What is simulated; everything else is the strategy and the seed.

    Attributes:
        name: for people.
        source: the traffic.
        workers: the fleet.
        task_types: how rows become tasks; none: as the source says.
        events: what happens to workers.
        run: how it is run and judged.

    Raises:
        FieldError: two workers have one id, or something names a worker or a column that does not exist.
    """

    name: str
    source: Source
    workers: Sequence[WorkerProfile]
    task_types: Sequence[TaskKind] = ()
    events: Sequence[Happening] = ()
    run: RunSettings = field(default_factory=RunSettings)

    def __post_init__(self) -> None:
        if not self.workers:
            raise FieldError("Scenario.workers", "there is nobody to work; name at least one worker")
        ids = Counter(id for profile in self.workers for id in profile.ids())
        for id, times in ids.items():
            if times > 1:
                raise FieldError("WorkerProfile.id", f"{id!r} is the id of {times} workers; ids are unique")
        for event in self.events:
            self.affected(event)
        for kind in self.task_types:
            self._check_columns(kind)
        for profile in self.workers:
            for table in ("seconds_per", "cold_seconds_per"):
                for name in getattr(profile, table):
                    check_columns(f"WorkerProfile.{table}", name, self.source.columns)

    def affected(self, event: Happening) -> list[str]:
        """Return the ids of the workers that an event is about: one, or a group.

        Raises:
            FieldError: there is no such worker; the nearest is named.
        """
        known = {id: [id] for profile in self.workers for id in profile.ids()}
        groups = {profile.id: profile.ids() for profile in self.workers}
        found = known.get(event.worker) or groups.get(event.worker)
        if found is None:
            nearest = did_you_mean(event.worker, [*known, *groups])
            raise FieldError("Happening.worker", f"there is no worker {event.worker!r}{nearest}")
        return found

    def _check_columns(self, kind: TaskKind) -> None:
        columns = self.source.columns
        for name in ("where", "work", "affinity_key"):
            text = getattr(kind, name)
            if isinstance(text, str):
                check_columns(f"TaskKind.{name}", text, columns)
