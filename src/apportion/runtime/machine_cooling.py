"""The machine's side for workers that fail: whom to cool down, whom not, and when to try again."""

from __future__ import annotations

from math import inf

from apportion.events import WorkerCooled
from apportion.model.task import TaskRequirements
from apportion.ports import Outcome
from apportion.runtime.alarms import Alarm, Why
from apportion.runtime.books import Books
from apportion.runtime.breaker import Circuit, Peers
from apportion.runtime.crew import Holding, Member

_LOOK_EVERY = 1.0


class CoolingSide:
    """Opens and closes breakers: never that of the only worker that could, and never of more than half of all."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._peers = Peers()
        self._open: dict[str, Member] = {}
        self._looked_at = -inf

    def outcome(self, holding: Holding, outcome: Outcome) -> None:
        """An attempt has succeeded or failed."""
        member, task_type = holding.member, holding.task.task_type
        if outcome.fault == "task":
            return
        self._peers.learn(member.id, task_type, success=outcome.success)
        breaker = member.breaker
        if outcome.success:
            closed = breaker.circuit is Circuit.CLOSED
            breaker.succeeded()
            if not closed:
                self._books.crew.set_status(member)
            return
        if breaker.circuit is Circuit.OPEN:
            return
        breaker.failed(task_type)
        trial = breaker.circuit is Circuit.HALF_OPEN and self._peers.evidence(member.id, breaker.row) > 0
        if (trial or self._peers.is_unlikely(member.id, breaker.row)) and self._can_be_spared(member, holding):
            self._cool(member, "its trial failed" if trial else f"it failed {sum(breaker.row.values())} times in a row")

    def forget(self, member: Member) -> None:
        """A worker has gone."""
        self._open.pop(member.id, None)
        self._peers.forget(member.id)

    def cooled(self, alarm: Alarm) -> None:
        """A worker has been cooled down for long enough."""
        member = self._open.get(alarm.id)
        if member is not None and member.incarnation == alarm.lease and member.breaker.until <= self._books.now.wall:
            self._try(member)
        elif member is not None and member.incarnation == alarm.lease:
            left = min(member.breaker.cooldown, member.breaker.until - self._books.now.wall)
            self._books.alarms.after(left, alarm, self._books.now)

    def look_around(self) -> None:
        """Try those early without whom something waits in vain, or who are too many by now."""
        books = self._books
        if not self._open or books.now.steady - self._looked_at < _LOOK_EVERY:
            return
        self._looked_at = books.now.steady
        if 2 * len(self._open) > self._present():
            for member in list(self._open.values()):
                self._try(member)
        for lane in books.front.lanes():
            if self._open and lane.line and lane.blocked and not self._others_could(lane.requirements, None):
                for member in [each for each in self._open.values() if each.could_take(lane.requirements)]:
                    self._try(member)

    def _cool(self, member: Member, what: str) -> None:
        books = self._books
        reason = f"{what}, and others can do that"
        seconds = member.breaker.open(books.now.wall, books.config.cool_down, reason)
        self._open[member.id] = member
        books.crew.set_status(member)
        books.alarms.after(seconds, Alarm(Why.COOLED, member.id, member.incarnation), books.now)
        books.tell(WorkerCooled(books.now.wall, member.id, f"{reason}; cooled down for {seconds:g} s"))

    def _try(self, member: Member) -> None:
        books = self._books
        del self._open[member.id]
        member.breaker.half_open()
        books.crew.set_status(member)
        books.roomy.add(member.id)
        books.restless = True
        books.tell(WorkerCooled(books.now.wall, member.id))

    def _can_be_spared(self, member: Member, holding: Holding) -> bool:
        if 2 * (len(self._open) + 1) > self._present():
            return False
        needed = {lane.requirements for lane in self._books.front.lanes() if lane.line}
        needed.add(holding.task.requirements)
        return all(self._others_could(each, member) for each in needed if member.could_take(each))

    def _others_could(self, needed: TaskRequirements, member: Member | None) -> bool:
        return any(each is not member and each.could_take(needed) and _there(each) for each in self._members())

    def _present(self) -> int:
        return sum(not each.draining and not each.silent for each in self._members())

    def _members(self) -> list[Member]:
        return list(self._books.crew.members.values())


def _there(member: Member) -> bool:
    return member.breaker.circuit is not Circuit.OPEN and not member.draining and not member.silent
