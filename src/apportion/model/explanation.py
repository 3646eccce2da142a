"""Why this worker, or why none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from typing import Any

from apportion.model.plain import Plain
from apportion.model.score import WorkerScore
from apportion.model.task import TaskRequirements
from apportion.model.worker import WorkerInfo

_SHOWN = 5


@dataclass(frozen=True)
class Explanation(Plain):
    """What a balancer would decide for a task now, and everything that speaks in it.

    Attributes:
        outcome: ``worker`` (somebody is chosen), ``full`` (somebody could, when there is room), or ``impossible``
            (nobody who is there ever could).
        task: what was asked for.
        worker: who would be chosen, or None.
        strategy: the strategy that decides.
        rejected: rejection code -> ids of the workers that fail by it; all of them unless fewer were asked for.
        ranking: every worker that is not offline, with its score; the eligible ones first, best first. Where fewer were
            asked for, the first of these.
        votes: strategy -> id of the worker that it wants, or None.
        weights: strategy -> how much its vote counts with the adaptive strategy.
        beliefs: worker id -> what was learned of it for this type: ``typical_duration`` (seconds), ``success`` (0..1),
            ``relative_cost`` (expected time to a success, 1 = the type's typical duration), ``doubt`` (standard
            deviation of its logarithm), ``outcomes`` (how many it rests on), ``slowed_when_full`` (how many times as
            long a task takes there when all else is full, as when it is empty), ``note`` (why it is tried though it is
            not believed best, or None).
        suggestions: for "none": the smallest changes that would make somebody eligible.
        weighed: ``all N`` or ``a sample of N``: among how many the strategy chose.
        narrowed: how many of the eligible the task's preferences left, of how many.
        counts: rejection code -> how many workers fail by it.
        ranked: how many workers are not offline.
    """

    outcome: str
    task: TaskRequirements
    worker: WorkerInfo | None
    strategy: str
    rejected: Mapping[str, tuple[str, ...]]
    ranking: tuple[WorkerScore, ...]
    votes: Mapping[str, str | None]
    weights: Mapping[str, float]
    beliefs: Mapping[str, Mapping[str, Any]]
    suggestions: tuple[str, ...]
    weighed: str
    narrowed: tuple[int, int]
    counts: Mapping[str, int]
    ranked: int

    def __str__(self) -> str:
        return "\n".join([self._headline(), *self._refusals(), *self._choice(), *self._advice()])

    def _headline(self) -> str:
        wants = _wants(self.task)
        if self.worker is not None:
            return f"{self.worker.id} gets the task ({wants}), chosen by {self.strategy} among {self.weighed}"
        if self.outcome == "impossible":
            return f"Impossible: no worker that is there could ever take the task ({wants})"
        if self.narrowed[0] == 0:
            return f"Full now: somebody could take the task ({wants}) when there is room"
        return f"{self.strategy} chose nobody for the task ({wants}), though somebody could take it"

    def _refusals(self) -> list[str]:
        return [
            f"  {self.counts[code]} refused by {code}: {_some(ids, self.counts[code])}"
            for code, ids in self.rejected.items()
        ]

    def _choice(self) -> list[str]:
        lines: list[str] = []
        kept, eligible = self.narrowed
        if kept < eligible:
            lines.append(f"  preferences leave {kept} of {eligible} eligible")
        for entry in self.ranking[:_SHOWN]:
            if entry.eligible:
                belief = _belief(self.beliefs.get(entry.worker.id))
                lines.append(f"  {entry.worker.id}: score {entry.score:.3f}{belief}")
        if any(self.votes.values()):
            lines.append("  votes: " + ", ".join(self._vote(name) for name in self.votes))
        return lines

    def _vote(self, name: str) -> str:
        weight = f" ({self.weights[name]:.2f})" if name in self.weights else ""
        return f"{name}{weight} {self.votes[name] or 'nobody'}"

    def _advice(self) -> list[str]:
        return [f"  nearest: {suggestion}" for suggestion in self.suggestions]


def _wants(task: TaskRequirements) -> str:
    parts = [f"type {task.task_type}"] if task.task_type else []
    parts += [f"needs {', '.join(sorted(task.capabilities))}"] if task.capabilities else []
    parts += [str(each) for each in task.constraints if each.required]
    return "; ".join([*parts, f"complexity {task.complexity:g}"])


def _belief(belief: Mapping[str, Any] | None) -> str:
    if not belief:
        return ""
    if not belief["outcomes"]:
        return f" ({belief['note']})" if belief["note"] else ""
    note = f", {belief['note']}" if belief["note"] else ""
    doubt = f" ± {exp(belief['doubt']) - 1.0:.0%}"
    duration = belief["typical_duration"]
    usually = f"usually {duration:.3g} s{doubt}, " if duration is not None else ""
    return f" ({usually}succeeds {belief['success']:.0%}, from {belief['outcomes']:.0f} outcomes{note})"


def _some(ids: tuple[str, ...], of: int) -> str:
    shown = ids[:_SHOWN]
    return ", ".join(shown) + (f" and {of - len(shown)} more" if of > len(shown) else "")
