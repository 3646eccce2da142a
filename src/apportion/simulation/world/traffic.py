"""All tasks of a scenario under one seed, made before any strategy sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apportion.clock import Random, fresh_random
from apportion.core.rules import suitable
from apportion.model.task import TaskRequirements
from apportion.simulation.scenario.row import Row
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.scenario.worker_profile import WorkerProfile
from apportion.simulation.world.job import Job, Shape
from apportion.simulation.world.kinds import Kinds, requirements


@dataclass(frozen=True)
class Traffic:
    """What arrives.

    Attributes:
        jobs: in the order of their arrival.
        unserved: tasks that no worker of the scenario could ever take; they are refused when they arrive.
        left_out: rows that no task type wanted.
        shapes: of the jobs.
    """

    jobs: list[Job]
    unserved: int
    left_out: int
    shapes: list[Shape]


def traffic_of(scenario: Scenario, seed: int) -> Traffic:
    """Return the traffic of a scenario. The same seed gives the same tasks, with the same luck."""
    maker = _Maker(scenario, fresh_random(seed))
    return maker.traffic(rows_of(scenario, seed))


def rows_of(scenario: Scenario, seed: int) -> Iterable[Row]:
    """Return the rows of the traffic of a scenario, which do not depend on its workers."""
    return scenario.source.rows(fresh_random(seed + _STREAM))


_STREAM = 1 << 32
"""Seeds of different streams of one run are this far apart."""


class _Maker:
    """Turns rows into jobs, so that equal tasks share one value."""

    def __init__(self, scenario: Scenario, rng: Random) -> None:
        self._kinds = Kinds(scenario.task_types, rng)
        self._rng = rng
        self._workers = scenario.workers
        self._by_columns = any(profile.seconds_per for profile in scenario.workers)
        self._keeps_columns = any(profile.cold_seconds_per for profile in scenario.workers)
        self._show_keys = scenario.run.show_keys
        self._shapes: dict[tuple[Any, ...], Shape | None] = {}
        self._lanes: dict[tuple[Any, ...], int] = {}
        self._choosy = any(profile.task_types is not None for profile in scenario.workers)
        self._able: dict[int, list[WorkerProfile]] = {}
        self._keyed: dict[tuple[int, str], TaskRequirements] = {}

    def traffic(self, rows: Iterable[Row]) -> Traffic:
        jobs: list[Job] = []
        unserved = left_out = 0
        for row in rows:
            kind = self._kinds.kind_of(row)
            if kind is None:
                left_out += 1
                continue
            shape = self._shape(self._kinds.requirements_of(row, kind))
            if shape is None:
                unserved += 1
                continue
            key = self._kinds.key_of(row, kind)
            needs = self._needs(shape, key if self._show_keys else None)
            job = Job(len(jobs), row.arrival, shape, needs, self._kinds.work_of(row, kind))
            job.key = key
            self._complete(job, row)
            jobs.append(job)
        return Traffic(jobs, unserved, left_out, [shape for shape in self._shapes.values() if shape is not None])

    def _complete(self, job: Job, row: Row) -> None:
        job.doomed = row.doomed
        job.noise = self._rng.gauss(0.0, 1.0)
        job.luck = self._rng.random()
        if self._by_columns or self._keeps_columns:
            job.columns = row.columns
        if job.shape.best is None:
            job.best = min(nominal_seconds(job, each) for each in self._able[job.shape.number])
        else:
            job.best = job.work * job.shape.best

    def _shape(self, needs: tuple[Any, ...]) -> Shape | None:
        """Return the shape of such tasks, or None where nobody could ever take them."""
        if needs not in self._shapes:
            wanted = requirements(needs)
            able = [profile for profile in self._workers if able_profile(wanted, profile)]
            number, lane = len(self._shapes), needs if self._choosy else needs[1:]
            shape = Shape(number, self._lanes.setdefault(lane, len(self._lanes)), wanted) if able else None
            self._shapes[needs], self._able[number] = shape, able
            if shape is not None and not self._by_columns:
                shape.best = min(1.0 / speed_of(profile, wanted.task_type) for profile in able)
        return self._shapes[needs]

    def _needs(self, shape: Shape, key: str | None) -> TaskRequirements:
        if key is None:
            return shape.requirements
        found = self._keyed.get((shape.number, key))
        if found is None:
            found = self._keyed[shape.number, key] = shape.requirements.replace(affinity_key=key)
        return found


def able_profile(needs: TaskRequirements, profile: WorkerProfile) -> bool:
    """Return whether such a worker could take such a task if it held nothing else."""
    return needs.complexity <= profile.max_capacity and suitable(needs, profile.info(profile.id))


def speed_of(profile: WorkerProfile, task_type: str | None) -> float:
    """Return the nominal speed of a worker for a type of task, in units of work a second."""
    return profile.speed_for.get(task_type or "", profile.speed)


def nominal_seconds(job: Job, profile: WorkerProfile) -> float:
    """Return how long a job takes on such a worker without noise and contention, at the speed of the beginning."""
    seconds = job.work
    if profile.seconds_per and job.columns is not None:
        seconds = sum(float(job.columns[name]) * each for name, each in profile.seconds_per.items())
    return max(1e-9, seconds) / speed_of(profile, job.requirements.task_type)
