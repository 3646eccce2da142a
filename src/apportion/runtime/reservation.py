"""Room for a big task: where small ones slip past it for too long, one worker is kept free until it fits.

Without this, a task that needs half a worker could wait for ever, since each unit of room that comes free is enough for
some small task behind it.
"""

from __future__ import annotations

from collections.abc import Iterator

from apportion.core.rules import suitable
from apportion.runtime.books import Books
from apportion.runtime.crew import Member
from apportion.runtime.lane import Lane, Waiting

_HOPE_LASTS = 10.0


class Reservation:
    """At most one worker is kept for at most one task; the next task has its turn after that."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._member: Member | None = None
        self._task_id = ""
        self._starving: Waiting | None = None

    def look_around(self) -> None:
        """Find out which task has been waiting for room for too long, before others are placed."""
        self._starving = None
        if self._member is None:
            self._starving = min(self._impatient(), key=lambda waiting: waiting.place, default=None)

    def _impatient(self) -> Iterator[Waiting]:
        books = self._books
        since = books.now.wall - books.config.reserve_after
        for lane in books.front.lanes():
            if lane.blocked and lane.line:
                head = books.front.waiting[lane.line[0].task_id]
                if head.task.queued_at <= since and self._has_hope(lane):
                    yield head

    def _has_hope(self, lane: Lane) -> bool:
        """Return whether anybody who is there could ever take such a task; looked at anew every few seconds."""
        now = self._books.now.steady
        if now >= lane.hope_known_until:
            lane.hope_known_until = now + _HOPE_LASTS
            lane.has_hope = self._books.crew.could_ever_take(lane.requirements)
        return lane.has_hope

    def overtaken(self, by: Waiting, member: Member) -> None:
        """A task was placed. If it slipped past the one that starves, where that could run, keep the worker."""
        starving = self._starving
        if starving is None or by.place < starving.place:
            return
        needed, worker = starving.lane.requirements, self._books.crew.pool.get(member.id)
        if worker is not None and needed.complexity <= worker.max_capacity and suitable(needed, worker):
            self._member, self._task_id, self._starving = member, starving.task.id, None
            member.kept = True
            self._books.crew.set_status(member)

    def _fits(self, lane: Lane, member: Member) -> bool:
        if lane.shape.alone and not member.empty:
            return False
        return self._books.crew.has_room(member, lane.requirements.complexity)

    def due(self) -> tuple[Waiting, Member] | None:
        """Return the task and the worker that was kept for it, once it fits; from then on the worker is free again."""
        books, member = self._books, self._member
        if member is None:
            return None
        waiting = books.front.waiting.get(self._task_id)
        there = books.crew.members.get(member.id) is member and not (member.draining or member.silent)
        if waiting is not None and there and not self._fits(waiting.lane, member):
            return None
        self._member = None
        member.kept = False
        if not there:
            return None
        books.crew.set_status(member)
        books.roomy.add(member.id)
        books.restless = True
        return None if waiting is None or member.resting else (waiting, member)
