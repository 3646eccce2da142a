"""The workers as the machine sees them: who is there, what each one holds, and the room that it has."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from apportion.core.pool.pool import WorkerPool
from apportion.core.rules import suitable
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.model.worker import WorkerInfo, WorkerStatus
from apportion.registry.outcomes import Outcomes
from apportion.runtime.breaker import Breaker, Circuit
from apportion.runtime.limits import Gauge
from apportion.runtime.moment import Moment

_METRICS_EVERY = 1.0
"""Seconds after which strategies are shown a worker's record anew."""

_FEW = 64
"""Workers whose free capacity is worth adding up before each plan."""


class Holding:
    """One assignment: a worker holds a task under a lease.

    Attributes:
        task: the record, as assigned.
        member: who holds it.
        amount: units of capacity that it takes.
        expires: steady seconds at which the lease ends unless renewed.
        gauges: the limits that it counts under.
        placed: the requirements that the balancer was asked to place.
        alone: whether its worker is given nothing else meanwhile.
        told: whether its worker has been told of it, as far as is known. After a restart that is open until the worker
            names it: the answer may have been lost with the process.
        named: whether its worker has named it.
    """

    __slots__ = ("alone", "amount", "expires", "gauges", "member", "named", "placed", "task", "told")

    def __init__(self, task: Task, member: Member, amount: float, gauges: Sequence[Gauge] = ()) -> None:
        self.task = task
        self.member = member
        self.amount = amount
        self.gauges = gauges
        self.placed = task.requirements
        self.alone = False
        self.expires = inf
        self.told = True
        self.named = False


class Claim:
    """A remote worker asks for work.

    Attributes:
        request: who waits for the answer.
        left: how many more tasks it wants.
        wait: whether it waits until there are some.
        given: whether it has been given any; then it is answered.
    """

    __slots__ = ("given", "left", "request", "wait")

    def __init__(self, request: int, most: int, wait: bool) -> None:
        self.request = request
        self.left = most
        self.wait = wait
        self.given = False


class Member:
    """A registered worker.

    Attributes:
        id: its id.
        info: the worker as if nothing ran there.
        breaker: what keeps tasks from it while it fails what others can do.
        incarnation: which registration of that id; it only grows.
        leased: whether it has to renew what it holds.
        held: its assignments by task id.
        ghosts: what still runs there although nobody waits for it: (task id, lease) -> the assignment that it was.
        draining: whether it gets nothing new.
        resting: whether it asked for a pause.
        kept: whether it is kept free for a task that has waited too long.
        alone: whether it runs a task that has to be alone.
        names: whether it names what it holds in its heartbeats.
        foreign: units of capacity that are kept free for what others gave it; ``foreign_seen``: what it said last.
        outcomes: what it has done.
        cancelled: tasks that it is to be told to stop.
        claim: of a remote worker, the claim that is open: only while it has one is it given anything.
        seen: steady seconds at which it last called.
        silent: whether it has not called for so long that it does not count as there.
        status: what the pool was told.
        shown_last: the worker as the pool had it when people saw it last, and as they saw it.
    """

    __slots__ = (
        "alone", "breaker", "cancelled", "capacity", "claim", "draining", "foreign", "foreign_seen", "ghosts",
        "held", "id", "incarnation", "info", "joined", "kept", "leased", "names", "outcomes", "published", "resting",
        "seen", "shown_last", "silent", "status",
    )  # fmt: skip

    def __init__(self, worker: WorkerInfo, incarnation: int, leased: bool, now: Moment) -> None:
        self.id = worker.id
        self.info = worker.replace(status=WorkerStatus.IDLE, current_load=0)
        self.breaker = Breaker()
        self.incarnation = incarnation
        self.leased = leased
        self.held: dict[str, Holding] = {}
        self.ghosts: dict[tuple[str, int], Holding] = {}
        self.cancelled: set[str] = set()
        self.draining = worker.status is WorkerStatus.DRAINING
        self.resting = False
        self.kept = False
        self.names = False
        self.foreign = self.foreign_seen = 0.0
        self.alone = False
        self.claim: Claim | None = None
        self.seen = now.steady
        self.silent = False
        self.status = worker.status
        self.capacity = worker.max_capacity
        self.joined = now.steady
        self.published = now.steady
        self.outcomes = Outcomes(worker.metrics)
        self.shown_last = worker, worker

    @property
    def asks(self) -> bool:
        """Whether it may be given something now, if it has room."""
        if self.alone or len(self.held) >= self.breaker.allowance:
            return False
        return not self.leased or (self.claim is not None and self.claim.left > 0)

    def could_take(self, needed: TaskRequirements) -> bool:
        """Return whether it could take such a task if it held nothing else."""
        return needed.complexity <= self.info.max_capacity and suitable(needed, self.info)

    @property
    def empty(self) -> bool:
        """Whether nothing runs there."""
        return not self.held and not self.ghosts

    @property
    def claim_request(self) -> int:
        """Who waits for the answer to its claim; 0: nobody."""
        return 0 if self.claim is None else self.claim.request

    def shown(self, worker: WorkerInfo) -> WorkerInfo:
        """Return the worker as people see it. One that does not ask at this very moment is none the worse for it."""
        paused = self.resting or self.breaker.circuit is Circuit.OPEN
        if paused or self.status is WorkerStatus.OFFLINE or self.status is WorkerStatus.DRAINING:
            return worker
        status = WorkerStatus.BUSY if self.held else WorkerStatus.IDLE
        pooled, shown = self.shown_last
        if pooled is not worker or shown.status is not status:
            shown = worker if worker.status is status else worker.with_status(status)
            self.shown_last = worker, shown  # the same object while nothing changes: comparing is quick then
        return shown


class Crew:
    """All registered workers, and the pool in which their capacity is booked.

    Args:
        pool: the pool that the balancer chooses from; the crew alone changes it.
    """

    def __init__(self, pool: WorkerPool) -> None:
        self.pool = pool
        self.members: dict[str, Member] = {}
        self._incarnation = 0

    def join(self, worker: WorkerInfo, leased: bool, now: Moment, incarnation: int = 0) -> Member:
        """Register a worker whose id is free. Incarnations grow over restarts too: they begin at the time in ms.

        Args:
            worker: what it is like.
            leased: whether it is remote.
            now: the moment.
            incarnation: the one that it had before a restart; 0: a new one.
        """
        self._incarnation = max(self._incarnation + 1, int(now.wall * 1000), incarnation)
        member = self.members[worker.id] = Member(worker, incarnation or self._incarnation, leased, now)
        self.pool.add(worker)
        if leased:
            self.set_status(member)
        return member

    def leave(self, member: Member) -> None:
        """Forget a worker that holds nothing any more."""
        del self.members[member.id]
        self.pool.remove(member.id)

    def book(self, member: Member, amount: float) -> bool:
        """Take capacity for an assignment; False: it does not fit."""
        return self.pool.reserve(member.id, amount)

    def free(self, member: Member, amount: float) -> None:
        """Give capacity back, unless the worker has gone meanwhile."""
        if self.members.get(member.id) is member:
            self.pool.release(member.id, amount)

    def set_foreign(self, member: Member, amount: float) -> bool:
        """Book what others gave a worker, as far as it fits, in place of what was booked; return whether it is less."""
        before = member.foreign
        if amount < before:
            self.pool.release(member.id, before - amount)
        else:
            free = max(0.0, member.capacity - self.pool.load_of(member.id))
            amount = before + min(amount - before, free)
            self.pool.reserve(member.id, amount - before)
        member.foreign = amount
        return amount < before

    def room(self) -> float:
        """Return an upper bound of the free capacity of those who ask; of a big fleet it is not worth adding up."""
        if len(self.members) > _FEW:
            return inf
        asking = [member for member in self.members.values() if member.asks]
        return sum(max(0.0, member.capacity - self.pool.load_of(member.id)) for member in asking)

    def has_room(self, member: Member, amount: float) -> bool:
        """Return whether a worker that asks has room for so much."""
        return member.asks and self.pool.load_of(member.id) + amount <= member.capacity

    def could_ever_take(self, needed: TaskRequirements) -> bool:
        """Return whether any worker could take such a task if it held nothing else, silent ones included."""
        return any(member.could_take(needed) and not member.draining for member in self.members.values())

    def set_status(self, member: Member) -> None:
        """Let the pool know whether the worker may be given tasks; one that does not ask counts as full."""
        if member.silent:
            status = WorkerStatus.OFFLINE
        elif member.resting or member.kept or not (member.asks or member.draining):
            status = WorkerStatus.OVERLOADED
        else:
            status = WorkerStatus.DRAINING if member.draining else WorkerStatus.IDLE
        if status is not member.status:
            member.status = status
            self.pool.update(member.id, status=status)

    def shown(self) -> list[WorkerInfo]:
        """Return the workers as people see them."""
        return [self.members[worker.id].shown(worker) for worker in self.pool]

    def publish(self, member: Member, now: Moment) -> None:
        """Show strategies the worker's record; once a second is often enough."""
        if now.steady - member.published >= _METRICS_EVERY and self.members.get(member.id) is member:
            member.published = now.steady
            self.pool.update(member.id, metrics=member.outcomes.metrics(now.steady - member.joined))
