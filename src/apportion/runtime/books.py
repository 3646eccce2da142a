"""What the machine remembers, and the instructions that it is writing; shared by its sides."""

from __future__ import annotations

from typing import Any

from apportion.clock import Random
from apportion.config import RuntimeConfig
from apportion.core.balancer import LoadBalancer
from apportion.core.pool.pool import WorkerPool
from apportion.events import Fact
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.ports import Insert, Transition
from apportion.runtime.alarms import Alarm, Alarms, Why
from apportion.runtime.crew import Crew, Holding, Member
from apportion.runtime.delayed import Delayed
from apportion.runtime.durations import Durations
from apportion.runtime.front import Front
from apportion.runtime.instructions import Answer, Emit, Instruction
from apportion.runtime.lane import Waiting
from apportion.runtime.moment import Moment
from apportion.runtime.ranking import Ranking, due_of


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
    """

    def __init__(self, config: RuntimeConfig, balancer: LoadBalancer, pool: WorkerPool, rng: Random) -> None:
        self.config = config
        self.balancer = balancer
        self.rng = rng
        self.now = Moment(0.0, 0.0)
        self.ranking = Ranking(config.ageing)
        self.front = Front(config.front)
        self.delayed = Delayed(config.front)
        self.crew = Crew(pool)
        self.alarms = Alarms()
        self.durations = Durations()
        self.held: dict[str, Holding] = {}
        self.hopefuls: dict[str, int] = {}
        self.queued = 0
        self.restless = False
        self.roomy: set[str] = set()
        self.asking: dict[str, Member] = {}
        self.stopping = False
        self._written: list[Instruction] = []

    # --- instructions -----------------------------------------------------------------------------------------------

    def write(self, change: Insert | Transition) -> None:
        """Have a change written."""
        self._written.append(change)

    def instruct(self, instruction: Instruction) -> None:
        """Have something done once the changes are durable."""
        self._written.append(instruction)

    def tell(self, fact: Fact) -> None:
        """Have the observers told."""
        self._written.append(Emit(fact))

    def answer(self, request: int, task_id: str = "", value: Any = None, error: Exception | None = None) -> None:
        """Have whoever asked answered, if anybody waits."""
        if request:
            self._written.append(Answer(request, task_id, value, error))

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
        if due is None:
            self.stand_in_line(task, task.rank)
        elif self.delayed.add(task):
            self.set_due(task, due)

    def set_due(self, task: Task, due: float) -> None:
        """Ring when a delayed task may start: by the wall clock where a client named a date, else after a duration.

        A duration that was written down as a time is never longer than it was when the task was queued: the wall clock
        may have gone back since.
        """
        alarm = Alarm(Why.DUE, task.id, task.lease)
        if task.not_before == due:
            self.alarms.at(due, alarm)
        else:
            left = min(due - self.now.wall, due - task.queued_at)
            self.alarms.after(left, alarm, self.now)

    def stand_in_line(self, task: Task, rank: float, force: bool = False) -> None:
        """Let a task that may start stand in line, if memory has a place for it."""
        waiting = self.front.admit(task, needs(task), rank, force)
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

    def forget_waiting(self, task_id: str) -> None:
        """Take a queued task out of memory."""
        self.front.remove(task_id)
        self.delayed.remove(task_id)

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

    def let_go(self, holding: Holding) -> None:
        """End an assignment: the lease is void, and its worker has the room back."""
        self.drop(holding)
        self.give_room(holding.member.id, holding.amount)

    def haunt(self, holding: Holding) -> None:
        """End an assignment whose attempt still runs: the lease is void, but the room is not free yet."""
        self.drop(holding)
        holding.member.ghosts[holding.task.id, holding.task.lease] = holding.amount

    def drop(self, holding: Holding) -> None:
        """Strike an assignment out, wherever it is noted."""
        del self.held[holding.task.id]
        del holding.member.held[holding.task.id]

    def give_room(self, worker_id: str, amount: float) -> None:
        """Give capacity back to a worker that is there."""
        member = self.crew.members.get(worker_id)
        if member is not None:
            self.crew.free(member, amount)
            self.roomy.add(worker_id)
            self.restless = True


def needs(task: Task) -> TaskRequirements:
    """Return what a task needs now: one that failed, or whose worker died, would rather go elsewhere."""
    given = task.requirements
    if task.assigned_worker is None or not (task.failures or task.deaths) or task.assigned_worker in given.avoid:
        return given
    return given.replace(avoid=given.avoid | {task.assigned_worker})
