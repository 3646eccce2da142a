"""What the machine remembers, and the instructions that it is writing; shared by its sides."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any, cast

from apportion.clock import Random
from apportion.config import RuntimeConfig
from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.events import Fact, TaskFact
from apportion.model.lifecycle import TaskState
from apportion.model.limit import Limit
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.ports import Insert, Transition
from apportion.runtime.alarms import Alarm, Alarms, Why
from apportion.runtime.crew import Crew, Holding, Member
from apportion.runtime.delayed import Delayed
from apportion.runtime.durations import Durations
from apportion.runtime.fair_share import FairShare
from apportion.runtime.fronts import Fronts
from apportion.runtime.instructions import Answer, Emit, Instruction, ReadDependents, ReadWaiting
from apportion.runtime.lane import Shape, Waiting
from apportion.runtime.limits import Limits
from apportion.runtime.moment import Moment
from apportion.runtime.ranking import Ranking, due_of, has_a_date, parked
from apportion.runtime.recorder import Recorder

_NAMES_AT_ONCE = 500


class Books:
    """The machine's memory.

    Attributes:
        now: the moment that is being handled.
        held: assignments by task id.
        hopefuls: tasks that are taken only if a worker can have them at once, with who waits for the answer.
        queued: tasks that wait, those included that are in the store only.
        restless: something has changed that could let a task start.
        roomy: ids of workers that have new room.
        asking: remote workers whose claims are open, by id.
        stopping: nothing new starts.
        awaiting: there may be tasks that wait for others.
        next_expiry: Unix seconds at which the store is asked which tasks are to be given up; infinite: never.
    """

    def __init__(
        self, config: RuntimeConfig, balancer: LoadBalancer, pool: WorkerPool, rng: Random, *, observed: bool
    ) -> None:
        self._observed = observed
        self.config = config
        self.balancer = balancer
        self.rng = rng
        self.now = Moment(0.0, 0.0)
        self.ranking = Ranking(config.ageing)
        self.shares = FairShare(dict(cast("Sequence[tuple[str, float]]", config.tenant_weights)))
        self.front = Fronts(config.front, self.shares)
        self.limits = Limits(cast("Sequence[Limit]", config.limits))
        self.delayed = Delayed(config.front)
        self.crew = Crew(pool)
        self.alarms = Alarms()
        self.durations = Durations()
        self.recorder = Recorder(config, balancer)
        self.held: dict[str, Holding] = {}
        self.hopefuls: dict[str, int] = {}
        self.queued = 0
        self.restless = False
        self.roomy: set[str] = set()
        self.asking: dict[str, Member] = {}
        self.stopping = False
        self.awaiting = False
        self.next_expiry = inf
        self._written: list[Instruction] = []
        self._ended: list[str] = []
        self._parked: list[str] = []
        self._watches: dict[int, set[str]] = {}
        self._last_watch = 0

    # --- instructions -----------------------------------------------------------------------------------------------

    def write(self, change: Insert | Transition) -> None:
        """Have a change written; with the end of an attempt, the line about the decision that it was of."""
        self._written.append(change)
        for written in self._watches.values():
            written.add(change.task.id)
        if self.awaiting and change.task.state.final:
            self._ended.append(change.task.id)
        if isinstance(change, Transition) and change.from_state is TaskState.ASSIGNED:
            self._written += self.recorder.ended(change.task, self.now.wall)

    def instruct(self, instruction: Instruction) -> None:
        """Have something done once the changes are durable."""
        self._written.append(instruction)

    def tell(self, fact: Fact) -> None:
        """Have the observers told."""
        self._written.append(Emit(fact))

    def tell_of(self, kind: type[TaskFact], task: Task) -> None:
        """Have the observers told what has happened to a task: so often that none are made for nobody."""
        if self._observed:
            self._written.append(Emit(kind(self.now.wall, task)))

    def answer(self, request: int, task_id: str = "", value: Any = None, error: Exception | None = None) -> None:
        """Have whoever asked answered, if anybody waits."""
        if request:
            self._written.append(Answer(request, task_id, value, error))

    def watch(self) -> int:
        """Begin to note which tasks are written, and return the number under which `written_since` tells it."""
        self._last_watch += 1
        self._watches[self._last_watch] = set()
        return self._last_watch

    def written_since(self, watch: int) -> set[str]:
        """Return ids of tasks that were written since: what a read says of them may be out of date."""
        return self._watches.get(watch, set())

    def end_watch(self, watch: int) -> None:
        """Note no more."""
        self._watches.pop(watch, None)

    def look_after(self) -> None:
        """Have looked after those who wait for what has ended, and those who wait from now on."""
        if self._ended:
            for start in range(0, len(self._ended), _NAMES_AT_ONCE):
                self.instruct(ReadDependents(tuple(self._ended[start : start + _NAMES_AT_ONCE]), self.watch()))
            self._ended.clear()
        if self._parked:
            self.instruct(ReadWaiting(tuple(self._parked), self.watch()))
            self._parked.clear()

    def take_instructions(self) -> list[Instruction]:
        """Return what was written since the last time."""
        written, self._written = self._written, []
        return written

    # --- waiting ----------------------------------------------------------------------------------------------------

    def knows(self, task_id: str) -> bool:
        """Return whether the task is in memory."""
        return task_id in self.held or task_id in self.front.waiting or task_id in self.delayed.tasks

    def task(self, task_id: str) -> Task | None:
        """Return the task as it is in memory, or None."""
        if task_id in self.held:
            return self.held[task_id].task
        if task_id in self.front.waiting:
            return self.front.waiting[task_id].task
        return self.delayed.tasks.get(task_id)

    def line_up(self, task: Task) -> None:
        """Let a queued task wait: in line, or until it is due, or in the store where memory has no place for it."""
        due = due_of(task)
        self.expect_expiry(task.expires)
        if parked(task):
            self.awaiting = True
            self._parked.append(task.id)
        elif due is None:
            self.stand_in_line(task, task.rank)
        elif self.delayed.add(task):
            self.set_due(task, due)

    def expect_expiry(self, expires: float | None) -> None:
        """See to it that the store is asked for what is to be given up then."""
        if expires is not None and expires < self.next_expiry:
            self.next_expiry = expires
            self.alarms.at(expires, Alarm(Why.EXPIRY, ""))

    def set_due(self, task: Task, due: float) -> None:
        """Ring when a delayed task may start: by the wall clock where a client named a date, else after a duration.

        A duration that was written down as a time is never longer than it was when the task was queued: the wall clock
        may have gone back since.
        """
        alarm = Alarm(Why.DUE, task.id, task.lease)
        if has_a_date(task):
            self.alarms.at(due, alarm)
        else:
            left = min(due - self.now.wall, due - task.queued_at)
            self.alarms.after(left, alarm, self.now)

    def stand_in_line(self, task: Task, rank: float, force: bool = False) -> None:
        """Let a task that may start stand in line, if memory has a place for it."""
        waiting = self.front.admit(task, self.shape_of(task), rank, force)
        if waiting is not None:
            self.restless = True
            self.set_patience(waiting)

    def set_patience(self, waiting: Waiting) -> None:
        """Ring when a waiting task has waited as long as it may."""
        task = waiting.task
        deadline = task.requirements.deadline
        if task.schedule_timeout is not None:
            began = max(task.queued_at, due_of(task) or 0.0)
            left = max(0.0, began + task.schedule_timeout - self.now.wall)
            waiting.expires = self.now.steady + left
            self.alarms.after(left, Alarm(Why.WAITED, task.id), self.now)
        if deadline is not None:
            self.alarms.at(deadline, Alarm(Why.WAITED, task.id))

    def forget_waiting(self, task: Task) -> None:
        """Take a queued task out of memory."""
        self.front.remove(task.id, task.tenant)
        self.delayed.remove(task.id)

    def shape_of(self, task: Task) -> Shape:
        """Return what a task needs now. One that may be poison has to be alone, so that it kills nobody's work."""
        return Shape(needs(task), task.limit_keys, task.deaths >= max(1, self.config.max_deaths - 1))

    # --- holding ----------------------------------------------------------------------------------------------------

    def use_claim(self, member: Member) -> int:
        """Count an assignment as part of the answer to its worker's claim; return the request, 0 for a local worker."""
        claim = member.claim
        if claim is None:
            return 0
        claim.given = True
        claim.left -= 1
        if claim.left == 0:
            self.crew.set_status(member)
        return claim.request

    def begin_lease(self, holding: Holding) -> None:
        """From now on its worker has to renew what it holds."""
        seconds, task = self.config.lease_seconds, holding.task
        holding.expires = self.now.steady + seconds
        self.alarms.after(seconds, Alarm(Why.LEASE, task.id, task.lease), self.now)

    def hold(self, holding: Holding, *, alone: bool) -> None:
        """Note an assignment wherever it counts."""
        self.held[holding.task.id] = holding.member.held[holding.task.id] = holding
        for gauge in holding.gauges:
            gauge.running += 1
        if alone:
            holding.alone = holding.member.alone = True
        if alone or holding.member.breaker.allowance < inf:
            self.crew.set_status(holding.member)

    def let_go(self, holding: Holding) -> None:
        """End an assignment: the lease is void, and its worker has the room back."""
        self.drop(holding)
        self._release(holding)

    def haunt(self, holding: Holding) -> None:
        """End an assignment whose attempt still runs: the lease is void, but the room is not free yet."""
        self.drop(holding)
        holding.member.ghosts[holding.task.id, holding.task.lease] = holding

    def lay(self, member: Member, task_id: str, lease: int) -> None:
        """What still ran there has ended: its room is free."""
        ghost = member.ghosts.pop((task_id, lease), None)
        if ghost is not None:
            self._release(ghost)

    def _release(self, holding: Holding) -> None:
        for gauge in holding.gauges:
            gauge.running -= 1
        if holding.alone:
            holding.member.alone = False
        bounded = holding.alone or holding.member.breaker.allowance < inf
        if bounded and self.crew.members.get(holding.member.id) is holding.member:
            self.crew.set_status(holding.member)
        self.restless = True
        self.give_room(holding.member, holding.amount)

    def drop(self, holding: Holding) -> None:
        """Strike an assignment out, wherever it is noted."""
        del self.held[holding.task.id]
        del holding.member.held[holding.task.id]

    def give_room(self, member: Member, amount: float) -> None:
        """Give capacity back to a worker, if it is still there."""
        if self.crew.members.get(member.id) is member:
            self.crew.free(member, amount)
            self.roomy.add(member.id)
            self.restless = True


def needs(task: Task) -> TaskRequirements:
    """Return what a task needs now: one that failed, or whose worker died, would rather go elsewhere."""
    given = task.requirements
    if task.assigned_worker is None or not (task.failures or task.deaths) or task.assigned_worker in given.avoid:
        return given
    return given.replace(avoid=given.avoid | {task.assigned_worker})
