"""The machine's claims: a remote worker asks for work, and only while it asks is it given any (late binding)."""

from __future__ import annotations

from apportion.runtime.alarms import Alarm, Why
from apportion.runtime.books import Books
from apportion.runtime.crew import Claim, Member
from apportion.runtime.inputs import ClaimAnswered, ClaimOpened, ClaimWithdrawn
from apportion.runtime.instructions import AnswerClaim
from apportion.runtime.machine_workers import WorkerSide


class ClaimSide:
    """Handles what remote workers ask for."""

    def __init__(self, books: Books, workers: WorkerSide) -> None:
        self._books = books
        self._workers = workers

    def opened(self, event: ClaimOpened) -> None:
        """A worker asks; whoever asked before under its name is told that there was nothing."""
        books = self._books
        member = self._workers.caller(event.worker_id, event.incarnation, event.request)
        if member is None:
            return
        self._workers.close_claim(member)
        if member.draining or books.stopping:
            books.answer(event.request, value=())
            return
        member.claim = Claim(event.request, event.most, event.wait > 0)
        if event.wait > 0:
            books.alarms.after(event.wait, Alarm(Why.CLAIM, member.id, event.request), books.now)
        books.asking[member.id] = member
        books.crew.set_status(member)
        self._workers.has_room(member)

    def withdrawn(self, event: ClaimWithdrawn) -> None:
        """Nobody listens any more; what was assigned meanwhile, whoever cannot deliver it hands back."""
        self._end(event.worker_id, event.request)

    def ended(self, alarm: Alarm) -> None:
        """A worker has waited as long as it wanted."""
        self._end(alarm.id, alarm.lease)

    def answered(self, event: ClaimAnswered) -> None:
        """A worker was told of its assignments: their leases begin."""
        books = self._books
        for task_id, lease in event.leases:
            holding = books.held.get(task_id)
            if holding is not None and holding.task.lease == lease and holding.member.id == event.worker_id:
                books.begin_lease(holding)

    def settle(self) -> None:
        """Answer those who were given something, and those who did not want to wait; called after each plan."""
        books = self._books
        if not books.asking:
            return
        for member in [each for each in books.asking.values() if _is_ripe(each.claim)]:
            claim = member.claim
            if claim is None or not claim.given:
                self._workers.close_claim(member)
                continue
            member.claim = None
            del books.asking[member.id]
            books.instruct(AnswerClaim(claim.request, member.id))
            books.crew.set_status(member)

    def close_all(self) -> None:
        """Nothing new starts: nobody needs to wait any longer."""
        for member in list(self._books.asking.values()):
            self._workers.close_claim(member)

    def _end(self, worker_id: str, request: int) -> None:
        member: Member | None = self._books.crew.members.get(worker_id)
        if member is not None and member.claim is not None and member.claim.request == request:
            self._workers.close_claim(member)


def _is_ripe(claim: Claim | None) -> bool:
    return claim is None or claim.given or not claim.wait
