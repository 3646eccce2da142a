"""The machine's worker side: who comes, goes, dies, drains, rests and renews."""

from __future__ import annotations

from apportion.errors import UnknownWorkerError
from apportion.events import TaskFailed, WorkerDraining, WorkerGone, WorkerRegistered, WorkerRested
from apportion.model.lifecycle import TaskState
from apportion.runtime.alarms import Alarm, Why
from apportion.runtime.books import Books
from apportion.runtime.crew import Holding, Member
from apportion.runtime.inputs import DrainAsked, Heartbeat, WorkerJoined, WorkerLeft, WorkerLost
from apportion.runtime.instructions import HeartbeatAnswer
from apportion.runtime.machine_tasks import TaskSide
from apportion.runtime.records import moved


class WorkerSide:
    """Handles what happens to workers."""

    def __init__(self, books: Books, tasks: TaskSide) -> None:
        self._books = books
        self._tasks = tasks

    def joined(self, event: WorkerJoined) -> None:
        """A worker registers; what an earlier registration of its id held is queued again, without blame."""
        books = self._books
        before = books.crew.members.get(event.worker.id)
        if before is not None:
            self._dismiss(before, "it registered anew")
        member = books.crew.join(event.worker, event.leased, books.now)
        self._has_room(member)
        books.front.reconsider()
        books.tell(WorkerRegistered(books.now.wall, member.id))
        books.answer(event.request, value=member.incarnation)

    def left(self, event: WorkerLeft) -> None:
        """A worker goes in good order."""
        member = self._member(event.worker_id, event.request)
        if member is not None:
            self._dismiss(member, "it left")
            self._books.answer(event.request, value=True)

    def lost(self, event: WorkerLost) -> None:
        """A worker is dead: each task that it held has seen a worker die."""
        member = self._member(event.worker_id, event.request)
        if member is not None:
            for holding in list(member.held.values()):
                self.take_away(holding, f"worker {member.id!r} was lost: {event.reason}")
            self._dismiss(member, event.reason)
            self._books.answer(event.request, value=True)

    def drain(self, event: DrainAsked) -> None:
        """A worker is to get nothing new."""
        member = self._member(event.worker_id, event.request)
        if member is not None:
            member.draining = True
            self._books.crew.set_status(member)
            self._books.tell(WorkerDraining(self._books.now.wall, member.id))
            self._books.answer(event.request, value=True)

    def heartbeat(self, event: Heartbeat) -> None:
        """A remote worker renews leases; one of an earlier registration renews nothing, and learns that."""
        books = self._books
        member = books.crew.members.get(event.worker_id)
        if member is None or member.incarnation != event.incarnation:
            books.answer(event.request, error=UnknownWorkerError(event.worker_id, "register again"))
            return
        claimed = event.held or {id: holding.task.lease for id, holding in member.held.items()}
        void: list[str] = []
        for task_id, lease in claimed.items():
            holding = member.held.get(task_id)
            if holding is not None and holding.task.lease == lease:
                holding.expires = books.now.steady + books.config.lease_seconds
            else:
                void.append(task_id)
        cancelled = tuple(sorted(member.cancelled))
        member.cancelled.clear()
        taken_back = tuple(id for id in void if id not in cancelled)
        books.answer(event.request, value=HeartbeatAnswer(cancelled, taken_back, member.draining))

    def take_away(self, holding: Holding, reason: str) -> None:
        """A task has lost its worker: it waits for another, or is poison if it has seen too many die."""
        books, task = self._books, holding.task
        books.let_go(holding)
        deaths = task.deaths + 1
        if deaths < books.config.max_deaths:
            self._tasks.queue_again(task, reason, counted=False, deaths=deaths)
            return
        error = f"poison: {deaths} workers died while they held it; the last, {reason}"
        transition = moved(task, TaskState.FAILED, deaths=deaths, error=error, finished_at=books.now.wall)
        books.write(transition)
        books.tell(TaskFailed(books.now.wall, transition.task))

    def rest(self, member: Member, seconds: float) -> None:
        """Give a worker nothing for a while, because it asked for that."""
        books = self._books
        member.resting = True
        books.crew.set_status(member)
        books.alarms.after(seconds, Alarm(Why.RESTED, member.id, member.incarnation), books.now)
        books.tell(WorkerRested(books.now.wall, member.id, f"busy for {seconds:g} s"))

    def rested(self, alarm: Alarm) -> None:
        """A worker's pause is over."""
        member = self._books.crew.members.get(alarm.id)
        if member is not None and member.incarnation == alarm.lease and member.resting:
            member.resting = False
            self._books.crew.set_status(member)
            self._has_room(member)
            self._books.tell(WorkerRested(self._books.now.wall, member.id))

    def _dismiss(self, member: Member, reason: str) -> None:
        """Forget a worker; what it still holds is handed back."""
        for holding in list(member.held.values()):
            self._books.let_go(holding)
            self._tasks.queue_again(holding.task, f"worker {member.id!r}: {reason}", counted=False)
        self._books.crew.leave(member)
        self._books.roomy.discard(member.id)
        self._books.tell(WorkerGone(self._books.now.wall, member.id, reason))

    def _has_room(self, member: Member) -> None:
        self._books.roomy.add(member.id)
        self._books.restless = True

    def _member(self, worker_id: str, request: int) -> Member | None:
        member = self._books.crew.members.get(worker_id)
        if member is None:
            self._books.answer(request, error=UnknownWorkerError(worker_id))
        return member
