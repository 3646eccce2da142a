"""A record as a scenario: the same tasks at the same times, on workers that are as the model says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from apportion.clock import Random
from apportion.model.frozen import FrozenDict
from apportion.model.worker import WorkerInfo
from apportion.simulation.replaying.model import Model, Outcomes
from apportion.simulation.replaying.record import Decision, Presence, Record
from apportion.simulation.scenario.happening import Change, Happening
from apportion.simulation.scenario.row import Row
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.scenario.settings import RunSettings
from apportion.simulation.scenario.worker_profile import WorkerProfile

_LEAST_WORK = 1e-6
_NEIGHBOURS = 16


@dataclass(frozen=True)
class RecordedTraffic:
    """The tasks of a record.

    Attributes:
        kept: rows, in the order of their arrival.
    """

    kept: Sequence[Row]

    @property
    def columns(self) -> Mapping[str, str]:
        """What expressions may ask for: nothing."""
        return FrozenDict[str, str]()

    def rows(self, rng: Random) -> Iterator[Row]:
        """Return the rows."""
        return iter(self.kept)


def scenario_of(record: Record, outcomes: Outcomes, model: Model, placing: str, rng: Random) -> Scenario:
    """Return the scenario of a record under a model.

    A task's work is what its success took, in the seconds of an average worker: what was special about the task goes
    with it to whichever worker has it. A task that never succeeded has the work of some other of its type. Neighbours
    of one type exchange their work by chance: it is luck which of them met whom.

    Args:
        record: what happened.
        outcomes: of the record.
        model: of durations and outcomes.
        placing: ``select`` or ``plan``, as in `RunSettings`.
        rng: the luck.
    """
    workers = record.workers()
    place = {id: number for number, id in enumerate(outcomes.workers)}
    speeds = np.exp(-model.effect)
    profiles = [_profile(info, place[id], outcomes, speeds, model) for id, info in workers.items()]
    began = min(decision.at for decision in record.decisions)
    return Scenario(
        "the record",
        RecordedTraffic(_shuffled(_rows(record, outcomes, speeds, place, began), rng)),
        profiles,
        events=_events(record.presences, began, max(decision.decided_at for decision in record.decisions)),
        run=RunSettings(placing=placing),
    )


def _profile(info: WorkerInfo, place: int, outcomes: Outcomes, speeds: np.ndarray, model: Model) -> WorkerProfile:
    return WorkerProfile(
        id=info.id,
        capabilities=info.capabilities,
        max_capacity=info.max_capacity or 1e-9,
        speed=float(speeds[place].mean()),
        speed_for={name: float(speeds[place, kind]) for kind, name in enumerate(outcomes.kinds)},
        failure_rate=float(model.failing[place].mean()),
        failure_rate_for={name: float(model.failing[place, kind]) for kind, name in enumerate(outcomes.kinds)},
        failure_time=model.failure_time,
        kind=info.kind,
        region=info.region,
        labels=info.labels,
        task_types=info.task_types,
    )


def _rows(record: Record, outcomes: Outcomes, speeds: np.ndarray, place: Mapping[str, int], began: float) -> list[Row]:
    kind_of = {name: number for number, name in enumerate(outcomes.kinds)}
    first: dict[str, Decision] = {}
    work: dict[str, float] = {}
    for decision in record.decisions:
        first.setdefault(decision.task, decision)
        if decision.outcome == "succeeded" and decision.timed:
            speed = speeds[place[decision.worker], kind_of[decision.task_type]]
            work[decision.task] = float((decision.duration or 0.0) * speed)
    typical: dict[str, list[float]] = {}
    for task, amount in work.items():
        typical.setdefault(first[task].task_type, []).append(amount)
    everything = list(work.values()) or [1.0]
    rows: list[Row] = []
    for number, (task, decision) in enumerate(sorted(first.items(), key=lambda item: item[1].at)):
        like = typical.get(decision.task_type, everything)
        needs = decision.requirements
        rows.append(
            Row(
                arrival=max(0.0, decision.at - began),
                work=max(_LEAST_WORK, work.get(task, like[number % len(like)])),
                task_type=decision.task_type,
                capabilities=needs.capabilities,
                constraints=needs.constraints,
                key=needs.affinity_key,
                priority=needs.priority,
                complexity=needs.complexity,
            )
        )
    return rows


def _shuffled(rows: list[Row], rng: Random) -> list[Row]:
    """Exchange the work of neighbours of one type; what comes in waves stays where it is."""
    alike: dict[str, list[Row]] = {}
    for row in rows:
        alike.setdefault(row.task_type, []).append(row)
    for same in alike.values():
        for start in range(0, len(same), _NEIGHBOURS):
            block = same[start : start + _NEIGHBOURS]
            works = [row.work for row in block]
            rng.shuffle(works)
            for row, work in zip(block, works, strict=True):
                row.work = work
    return rows


def _events(presences: Sequence[Presence], began: float, ended: float) -> list[Happening]:
    """Return when workers came and went; who was there before the first task is there from the beginning."""
    there: set[str] = set()
    events: list[Happening] = []
    for presence in presences:
        comes = presence.info is not None
        at = max(0.0, presence.at - began)
        if presence.at > ended or comes == (presence.worker in there):
            continue
        there ^= {presence.worker}
        if at > 0 or not comes:
            events.append(Happening(at, presence.worker, Change(join=comes, leave=not comes)))
    return events
