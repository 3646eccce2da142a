"""The machine's worker side: who comes, goes, dies, drains, rests and renews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apportion.errors import UnknownWorkerError
from apportion.events import TaskFailed, WorkerDraining, WorkerGone, WorkerRegistered, WorkerRested
from apportion.model.lifecycle import TaskState
from apportion.ports import Note
from apportion.runtime.alarms import Alarm, Why
from apportion.runtime.books import Books
from apportion.runtime.crew import Holding, Member
from apportion.runtime.inputs import DrainAsked, Heartbeat, TasksFound, WorkerJoined, WorkerLeft, WorkerLost
from apportion.runtime.instructions import HeartbeatAnswer
from apportion.runtime.machine_cooling import CoolingSide
from apportion.runtime.machine_tasks import TaskSide
from apportion.runtime.records import moved
from apportion.runtime.registrations import forgotten, kept, read

_FORGET_AFTER = 3600.0
"""Seconds after which a worker that holds nothing and does not call is forgotten."""


class WorkerSide:
    """Handles what happens to workers."""

    def __init__(self, books: Books, tasks: TaskSide, cooling: CoolingSide) -> None:
        self._books = books
        self._tasks = tasks
        self._cooling = cooling

    def joined(self, event: WorkerJoined) -> None:
        """A worker registers. What an earlier registration of its id held is queued again.

        A remote one that held something and did not take its leave has died.
        """
        books = self._books
        before = books.crew.members.get(event.worker.id)
        if before is not None:
            if before.leased:
                self._take_all(before, "it registered anew")
            self._dismiss(before, "it registered anew")
        member = books.crew.join(event.worker, event.leased, books.now)
        self._note(books.recorder.joined(event.worker, books.now.wall))
        if event.leased:
            books.instruct(kept(event.worker, member))
            self._listen(member)
        self.has_room(member)
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
            self._take_all(member, f"it was lost: {event.reason}")
            self._dismiss(member, event.reason)
            self._books.answer(event.request, value=True)

    def drain(self, event: DrainAsked) -> None:
        """A worker is to get nothing new."""
        member = self._member(event.worker_id, event.request)
        if member is not None:
            member.draining = True
            self.close_claim(member)
            self._books.crew.set_status(member)
            self._books.tell(WorkerDraining(self._books.now.wall, member.id))
            self._books.answer(event.request, value=True)

    def heartbeat(self, event: Heartbeat) -> None:
        """A remote worker renews leases; one of an earlier registration renews nothing, and learns that."""
        books = self._books
        member = self.caller(event.worker_id, event.incarnation, event.request)
        if member is None:
            return
        empty_handed = self._take_in_hand(member, event)
        claimed = event.held or {
            id: holding.task.lease
            for id, holding in member.held.items()
            if holding.told and (holding.named or not empty_handed)
        }
        void: list[str] = []
        for task_id, lease in claimed.items():
            holding = member.held.get(task_id)
            if holding is not None and holding.task.lease == lease:
                holding.told = True
                holding.named = holding.named or bool(event.held)
                holding.expires = max(holding.expires, books.now.steady + books.config.lease_seconds)
            else:
                void.append(task_id)
        if event.held or empty_handed:
            self._lay_ghosts(member, event.held or {})
        cancelled = tuple(sorted(member.cancelled))
        member.cancelled.clear()
        taken_back = tuple(id for id in void if id not in cancelled)
        books.answer(event.request, value=HeartbeatAnswer(cancelled, taken_back, member.draining))

    def _take_in_hand(self, member: Member, event: Heartbeat) -> bool:
        """Note what a worker says of itself, and return whether it says that it holds nothing.

        An empty list renews everything. But of a worker that names what it holds, or says that it has no load, it also
        means that an answer with new tasks was lost on its way: those are not renewed, or they would never run.
        """
        member.names = member.names or bool(event.held)
        if event.load is not None:
            self._book_foreign(member, event.load)
        return event.held is not None and not event.held and (member.names or event.load == 0)

    def _book_foreign(self, member: Member, load: float) -> None:
        """Keep room free for what others gave a worker: as much as two heartbeats in a row say.

        One alone may count what has ended on its way here.
        """
        own = sum(holding.amount for holding in (*member.held.values(), *member.ghosts.values()))
        seen = max(0.0, load - own)
        foreign, member.foreign_seen = min(seen, member.foreign_seen), seen
        if self._books.crew.set_foreign(member, foreign):
            self.has_room(member)

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

    # --- remote workers ---------------------------------------------------------------------------------------------

    def found(self, event: TasksFound) -> set[str]:
        """After a restart: let remote workers keep what they held, for a lease's length; return these tasks' ids."""
        books = self._books
        for document in event.registrations:
            registered = read(document)
            if registered is not None:
                worker, incarnation = registered
                self._note(books.recorder.joined(worker, books.now.wall))
                self._listen(books.crew.join(worker, leased=True, now=books.now, incarnation=incarnation))
        kept_ids: set[str] = set()
        for task in event.assigned:
            member = books.crew.members.get(task.assigned_worker or "")
            if member is not None and books.crew.book(member, task.requirements.complexity):
                gauges = books.limits.of(task.task_type, task.tenant, task.limit_keys)
                holding = Holding(task, member, task.requirements.complexity, gauges)
                books.hold(holding, alone=books.shape_of(task).alone)
                holding.told = False
                books.recorder.found(task)
                books.begin_lease(holding)
                kept_ids.add(task.id)
        return kept_ids

    def caller(self, worker_id: str, incarnation: int | None, request: int) -> Member | None:
        """Return the worker that calls; one of an earlier registration is told to register again."""
        member = self.heard_of(worker_id, incarnation)
        if member is None:
            later = incarnation is not None and worker_id in self._books.crew.members
            remedy = f"not of incarnation {incarnation} any more: a later one took its place; register again"
            error = UnknownWorkerError(worker_id, remedy if later else "register again")
            self._books.answer(request, error=error)
        return member

    def heard_of(self, worker_id: str, incarnation: int | None = None) -> Member | None:
        """Take in a sign of life, and return whose it is; None: of an earlier registration, or of nobody known."""
        member = self._books.crew.members.get(worker_id)
        if member is None or (incarnation is not None and member.incarnation != incarnation):
            return None
        member.seen = self._books.now.steady
        if member.silent:
            member.silent = False
            self._books.crew.set_status(member)
        return member

    def unheard(self, alarm: Alarm) -> None:
        """Look whether a worker has been silent for so long that it counts as away, or is to be forgotten."""
        books = self._books
        member = books.crew.members.get(alarm.id)
        if member is None or member.incarnation != alarm.lease:
            return
        quiet, limit = books.now.steady - member.seen, books.config.lease_seconds
        if not member.silent and quiet >= limit:
            self.close_claim(member)
            member.silent = True
            books.crew.set_status(member)
        if member.silent and quiet >= _FORGET_AFTER and not member.held:
            self._dismiss(member, f"nothing was heard of it for {quiet:.0f} s")
            return
        books.alarms.after(limit if member.silent else limit - quiet, alarm, books.now)

    def close_claim(self, member: Member) -> None:
        """Tell a worker that there is nothing for it, if it waits for that."""
        claim = member.claim
        if claim is None:
            return
        member.claim = None
        del self._books.asking[member.id]
        self._books.answer(claim.request, value=())
        self._books.crew.set_status(member)

    def _listen(self, member: Member) -> None:
        seconds = self._books.config.lease_seconds
        self._books.alarms.after(seconds, Alarm(Why.SILENT, member.id, member.incarnation), self._books.now)

    def _lay_ghosts(self, member: Member, held: Mapping[str, int]) -> None:
        """Free the room of what a worker was told to stop, once it does not name it any more."""
        for task_id, lease in list(member.ghosts):
            if held.get(task_id) != lease and task_id not in member.cancelled:
                self._books.lay(member, task_id, lease)

    def _take_all(self, member: Member, reason: str) -> None:
        for holding in list(member.held.values()):
            self.take_away(holding, f"worker {member.id!r}: {reason}")

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
            self.has_room(member)
            self._books.tell(WorkerRested(self._books.now.wall, member.id))

    def _dismiss(self, member: Member, reason: str) -> None:
        """Forget a worker; what it still holds is handed back."""
        for holding in list(member.held.values()):
            self._books.let_go(holding)
            self._tasks.queue_again(holding.task, f"worker {member.id!r}: {reason}", counted=False)
        for task_id, lease in list(member.ghosts):
            self._books.lay(member, task_id, lease)
        self.close_claim(member)
        if member.leased:
            self._books.instruct(forgotten(member.id))
        self._books.crew.leave(member)
        self._cooling.forget(member)
        self._note(self._books.recorder.gone(member.id, self._books.now.wall))
        self._books.roomy.discard(member.id)
        self._books.tell(WorkerGone(self._books.now.wall, member.id, reason))

    def _note(self, notes: Iterable[Note]) -> None:
        for note in notes:
            self._books.instruct(note)

    def has_room(self, member: Member) -> None:
        """See to it that a worker with new room is considered."""
        self._books.roomy.add(member.id)
        self._books.restless = True

    def _member(self, worker_id: str, request: int) -> Member | None:
        member = self._books.crew.members.get(worker_id)
        if member is None:
            self._books.answer(request, error=UnknownWorkerError(worker_id))
        return member
