"""The record of decisions, read from the lines that ``apportion decisions export`` writes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apportion.errors import CallerError, InputFileError
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo
from apportion.simulation.traces.reader import lines

TIMED = {"succeeded", "failed"}
"""Outcomes that say how long an attempt takes, and whether it succeeds."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One recorded decision.

    Attributes:
        task: id of the task.
        task_type: its type.
        at: Unix seconds of the submit.
        decided_at, ended_at: of the attempt; ``ended_at`` is None while it runs.
        worker: who was chosen.
        attempt: 1 for the first.
        outcome: how the attempt ended.
        state: the task's, after that.
        duration: seconds that the attempt took, where it says something.
        requirements: as decided.
        strategy: who decided.
        probability: of the pick; None: not known.
    """

    task: str
    task_type: str
    at: float
    decided_at: float
    ended_at: float | None
    worker: str
    attempt: int
    outcome: str
    state: str
    duration: float | None
    requirements: TaskRequirements
    strategy: str
    probability: float | None

    @property
    def timed(self) -> bool:
        """Whether its outcome says something."""
        return self.outcome in TIMED and self.duration is not None and self.duration > 0


@dataclass(frozen=True, slots=True)
class Presence:
    """A worker that came or went.

    Attributes:
        at: Unix seconds.
        worker: its id.
        info: what it is like; None: it went.
    """

    at: float
    worker: str
    info: WorkerInfo | None


@dataclass(frozen=True)
class Record:
    """What a run decided.

    Attributes:
        decisions: in the order of time.
        presences: who came and went, in the order of time.
        guessed: ids of workers of which only what they ran is recorded.
    """

    decisions: Sequence[Decision]
    presences: Sequence[Presence]
    guessed: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def strategy(self) -> str:
        """Who decided most often."""
        return Counter(decision.strategy for decision in self.decisions).most_common(1)[0][0]

    def workers(self) -> dict[str, WorkerInfo]:
        """Return everybody, as described last."""
        return {each.worker: each.info for each in self.presences if each.info is not None}


def read_record(path: Path) -> Record:
    """Return the record of a file.

    Raises:
        InputFileError: it cannot be read, a line is not as exported, or there is no decision with an outcome.
    """
    decisions: list[Decision] = []
    presences: list[Presence] = []
    for number, text in lines(path):
        try:
            entry = entry_of(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError, CallerError) as problem:
            said = f"is no line of a record of decisions ({type(problem).__name__}: {problem})"
            raise InputFileError(str(path), number, f"{said}; write it with apportion decisions export") from None
        if isinstance(entry, Decision):
            decisions.append(entry)
        else:
            presences.append(entry)
    return record_of(decisions, presences, str(path))


def entry_of(line: Mapping[str, Any]) -> Decision | Presence:
    """Return what a line of the record says.

    Raises:
        ValueError, KeyError, TypeError, AttributeError, CallerError: it is no such line.
    """
    kind = line["kind"]
    if kind == "decision":
        return _decision(line)
    if kind == "worker":
        info = WorkerInfo.from_dict(line["worker"])
        return Presence(float(line["at"]), info.id, info)
    if kind == "worker-gone":
        return Presence(float(line["at"]), str(line["worker"]), None)
    raise ValueError(f"unknown kind {kind!r}; known: decision, worker, worker-gone")


def record_of(decisions: Iterable[Decision], presences: Iterable[Presence], name: str) -> Record:
    """Return the record of decisions and of who was there; who is not described is made up from what it ran.

    Raises:
        InputFileError: there is no decision with an outcome.
    """
    # What was decided in one go has one time; ids that the runtime makes grow with the submits.
    ordered = sorted(decisions, key=lambda decision: (decision.decided_at, decision.at, decision.task))
    if not any(decision.timed for decision in ordered):
        raise InputFileError(name, None, "holds no decision of which the outcome is known")
    there = sorted(presences, key=lambda presence: presence.at)
    described = {presence.worker for presence in there if presence.info is not None}
    unknown = sorted({decision.worker for decision in ordered} - described)
    began = ordered[0].at
    made_up = [Presence(began, worker, _guess(worker, ordered)) for worker in unknown]
    return Record(ordered, [*made_up, *there], frozenset(unknown))


def _decision(line: Mapping[str, Any]) -> Decision:
    decision: Mapping[str, Any] = line["decision"] or {}
    probability: float | None = decision.get("probability")
    ended_at, duration = line["ended_at"], line["duration"]
    return Decision(
        task=str(line["task"]),
        task_type=str(line["task_type"]),
        at=float(line["at"]),
        decided_at=float(line["decided_at"]),
        ended_at=None if ended_at is None else float(ended_at),
        worker=str(line["worker"]),
        attempt=int(line["attempt"]),
        outcome=str(line["outcome"]),
        state=str(line["state"]),
        duration=None if duration is None else float(duration),
        requirements=TaskRequirements.from_dict({**line["requirements"], "task_type": str(line["task_type"])}),
        strategy=str(decision.get("strategy", "unknown")),
        probability=None if probability is None else float(probability),
    )


def _guess(worker: str, decisions: Sequence[Decision]) -> WorkerInfo:
    """Return what a worker must have been like: it could do what it ran, and held as much as it held at once."""
    own = [decision for decision in decisions if decision.worker == worker]
    capabilities = {name for decision in own for name in decision.requirements.capabilities}
    changes = [(decision.decided_at, decision.requirements.complexity) for decision in own]
    changes += [(decision.ended_at, -decision.requirements.complexity) for decision in own if decision.ended_at]
    held = most = 0.0
    for _, amount in sorted(changes):
        held += amount
        most = max(most, held)
    return WorkerInfo(worker, capabilities, most or 1.0)
