"""Who may take a task now: few are listed, many are looked at lazily, and of a crowd a sample is weighed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apportion.core.field import FEW, Field, field_of, roomy
from apportion.core.given import require_task
from apportion.core.pool.members import Members
from apportion.model.task import TaskRequirements

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apportion.clock import Random
    from apportion.core.pool.pool import WorkerPool
    from apportion.core.rules.custom import CustomRule

SAMPLE = 12
"""Workers that are drawn of a crowd. Two would do against overload (the power of two choices); the best of 12 is, on
average, among the best 8 % of all, and the best known ones are always weighed beside them."""


_NOBODY = frozenset[int]()


class Candidates:
    """The workers that may take one task now. Whether they are nobody may only turn out when they are looked at.

    Attributes:
        pool: where they sit.
        complexity: what the task costs.
        rng: the random source, for samples.
        members: of the task's shape, with room or without.
        crowd: the members where they are so many that a sample is weighed, or None.
    """

    __slots__ = ("_listed", "_excluded", "complexity", "crowd", "members", "pool", "rng")

    def __init__(
        self,
        pool: WorkerPool,
        complexity: float,
        rng: Random,
        listed: Field | None = None,
        members: Members | None = None,
        crowd: Members | None = None,
        excluded: frozenset[int] = _NOBODY,
    ) -> None:
        self.pool = pool
        self.complexity = complexity
        self.rng = rng
        self.members = members
        self.crowd = crowd
        self._listed = listed
        self._excluded = excluded

    def everyone(self) -> Field:
        """Return all of them, however many; they may be none."""
        if self._listed is None:
            assert self.members is not None, "candidates are listed, or members with room"
            return self.with_room(Field(self.pool, self.members.vector(), True))
        if self._listed.unchecked:
            self._listed = self.with_room(self._listed)
        return self._listed

    def only(self, field: Field) -> Candidates:
        """Return some of them."""
        return Candidates(self.pool, self.complexity, self.rng, field, self.members, None, self._excluded)

    def drawn_by(self, rng: Random) -> Candidates:
        """Return the same, of which samples are drawn by another random source."""
        return Candidates(self.pool, self.complexity, rng, self._listed, self.members, self.crowd, self._excluded)

    def allowed_by(self, rules: Sequence[CustomRule], task: TaskRequirements) -> Candidates:
        """Return those whom the user's own rules allow."""
        at = self.pool.at
        seats = [seat for seat in self.everyone().listed() if all(rule(task, at(seat)) is None for rule in rules)]
        return self.only(field_of(self.pool, seats))

    def considered(self, known: list[int]) -> Field:
        """Return whom a strategy should weigh: everyone, or of a crowd a sample and those ``known`` to be good.

        The field may be ``unchecked``: then it holds members without room as well, and whoever is chosen must be asked
        with `may_take`. Most often the best has room, and nobody else needs to be asked.
        """
        if self._listed is not None:
            return self._listed
        if self.crowd is not None:
            return self._sample(self.crowd.seats, known)
        assert self.members is not None, "candidates are listed, or members with room"
        return Field(self.pool, self.members.vector(), True)

    def may_take(self, seat: int) -> bool:
        """Return whether the worker of a member's seat has room and is not excluded."""
        pool = self.pool
        fits = pool.load.scalar[seat] + self.complexity <= pool.capacity.scalar[seat]
        return fits and (not self._excluded or seat not in self._excluded)

    def with_room(self, field: Field) -> Field:
        """Return those of a field that may take the task."""
        if not field.unchecked:
            return field
        if not isinstance(field.seats, list):
            found = roomy(self.pool, field.seats, self.complexity)
            return found.without(self._excluded) if self._excluded else found
        return Field(self.pool, _able(self.pool, field.seats, self.complexity, self._excluded))

    def _sample(self, seats: list[int], known: list[int]) -> Field:
        """Return every n-th member from a random start, and the known ones first.

        Each worker is as likely as any other, and every part of the order of adding (where alike workers tend to stand
        together) is seen.
        """
        stride = len(seats) // SAMPLE or 1
        return Field(self.pool, known + seats[int(self.rng.random() * stride) :: stride], True)


def find_candidates(
    pool: WorkerPool, task: TaskRequirements, limit: int, rng: Random, members: Members | None = None
) -> Candidates | None:
    """Return who may take the task now, or None where certainly nobody may.

    Args:
        pool: the workers.
        task: what is needed.
        limit: up to how many eligible workers all are weighed.
        rng: the random source, for samples of more.
        members: who may take tasks of this shape when they have room; None: as the pool says.
    """
    if type(task) is not TaskRequirements:
        require_task(task)
    if members is None:
        members = pool.members(task)
    seats, complexity = members.seats, task.complexity
    excluded = seats_of(pool, task.anti_affinity) if task.anti_affinity else _NOBODY
    if len(seats) <= FEW:
        able = _able(pool, seats, complexity, excluded)
        if not able:
            return None
        return Candidates(pool, complexity, rng, Field(pool, able), members)
    crowded = len(seats) > limit and members.more_with_room_than(limit + len(excluded), complexity)
    return Candidates(pool, complexity, rng, None, members, members if crowded else None, excluded)


def _able(pool: WorkerPool, seats: list[int], complexity: float, excluded: frozenset[int]) -> list[int]:
    """Return the seats that have room for ``complexity`` and are not excluded."""
    load, capacity = pool.load.scalar, pool.capacity.scalar
    able = [seat for seat in seats if load[seat] + complexity <= capacity[seat]]
    return [seat for seat in able if seat not in excluded] if excluded else able


def members_among(pool: WorkerPool, task: TaskRequirements, ids: Iterable[str]) -> Members:
    """Return those of these ids that are in the pool as members of the task's shape: the pool's own, if it agrees."""
    members = pool.members(task)
    seats = sorted(seat for seat in map(pool.seat, ids) if seat is not None)
    return members if members.seats == seats else Members(pool, members.task, seats)


def seats_of(pool: WorkerPool, ids: frozenset[str]) -> frozenset[int]:
    """Return the seats of those ids that are in the pool."""
    return frozenset(seat for seat in map(pool.seat, ids) if seat is not None)


def one_candidate(pool: WorkerPool, complexity: float, rng: Random, seat: int) -> Candidates:
    """Return a single worker as the only candidate, whatever its room."""
    return Candidates(pool, complexity, rng, Field(pool, [seat]))
