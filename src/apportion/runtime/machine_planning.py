"""The machine's planning: which waiting tasks go to which workers now."""

from __future__ import annotations

from math import inf
from typing import Any

from apportion.core.rules import eligible
from apportion.errors import StrategyError
from apportion.events import StrategyFailed, TaskAssigned
from apportion.model.lifecycle import TaskState
from apportion.model.task import QueuedTask
from apportion.runtime.alarms import Alarm, Why
from apportion.runtime.books import Books
from apportion.runtime.crew import Holding
from apportion.runtime.instructions import Start
from apportion.runtime.lane import Waiting
from apportion.runtime.limits import Draft
from apportion.runtime.machine_tasks import TaskSide
from apportion.runtime.orders import QUEUE_ORDERS
from apportion.runtime.orders.outlook import Outlook
from apportion.runtime.records import attempt_of, moved
from apportion.runtime.reservation import Reservation

_RETRY_STRATEGY_AFTER = 1.0


class Planner:
    """Matches the front of the queue with the free workers as a whole; only when something has changed."""

    def __init__(self, books: Books, tasks: TaskSide) -> None:
        self._books = books
        self._tasks = tasks
        self._order = QUEUE_ORDERS[books.config.order]
        self._reservation = Reservation(books)
        self._again_at = inf
        self._assigned = False

    def plan(self) -> None:
        """Assign what can be assigned now, and see to it that memory holds what could be."""
        books = self._books
        if not books.stopping:
            self._assign_reserved()
        if books.restless and not books.stopping:
            books.restless = False
            self._unblock()
            self._reservation.look_around()
            while self._assign_window():
                pass
        self._tasks.settle_hopefuls()
        self._note_fleet()
        self._load()

    def _note_fleet(self) -> None:
        """Have the record say who is there, where decisions are written that may outlive what it said before."""
        books = self._books
        if self._assigned:
            self._assigned = False
            for note in books.recorder.fleet(books.crew.pool, books.now.wall):
                books.instruct(note)

    def _assign_window(self) -> bool:
        """Plan for the first tasks that may find room, and return whether there may be more to do."""
        books = self._books
        draft = Draft(books.limits, books.now.steady)
        window = books.front.window(books.config.window, books.crew.room(), self._key, self._cost, draft.allows)
        self._look_again_in(draft.again_in)
        if not window:
            return False
        decision = self._decision(len(window))
        try:
            suspects = [waiting for waiting in window if waiting.lane.shape.alone]
            others = [waiting for waiting in window if not waiting.lane.shape.alone] if suspects else window
            # One that has to be alone and has its turn chooses before others have taken every empty worker.
            if window[0].lane.shape.alone:
                self._place_alone(suspects, decision)
            self._place(others, decision)
            if suspects and not window[0].lane.shape.alone:
                self._place_alone(suspects, decision)
        except StrategyError as error:
            books.tell(StrategyFailed(books.now.wall, error.strategy, str(error)))
            books.alarms.after(_RETRY_STRATEGY_AFTER, Alarm(Why.REPLAN, ""), books.now)
            return False
        return True

    def _look_again_in(self, seconds: float) -> None:
        """Plan anew when a rate lets somebody start who waits for that."""
        now = self._books.now.steady
        if now + seconds < (self._again_at if self._again_at > now else inf):
            self._again_at = now + seconds
            self._books.alarms.after(seconds, Alarm(Why.REPLAN, ""), self._books.now)

    def _assign_reserved(self) -> None:
        """Give a worker that was kept free for a task to that task, once it fits."""
        due = self._reservation.due()
        if due is not None:
            waiting, member = due
            allowed = Draft(self._books.limits, self._books.now.steady).allows(waiting.lane)
            if allowed and not self._tasks.too_late(waiting.task):
                self._books.balancer.confirm(waiting.lane.requirements, member.id, self._books.crew.pool)
                self._assign(waiting, member.id, self._decision(1))

    def _place(self, window: list[Waiting], decision: dict[str, Any]) -> None:
        if not window:
            return
        if all(waiting.lane is window[0].lane for waiting in window):
            self._place_one_by_one(window, decision)
        else:
            self._place_as_a_whole(window, decision)

    def _place_alone(self, suspects: list[Waiting], decision: dict[str, Any]) -> None:
        """Place tasks that may kill their workers where nothing else runs."""
        books, members = self._books, self._books.crew.members
        for waiting in suspects:
            if self._tasks.too_late(waiting.task):
                continue
            idle = [worker for worker in books.crew.pool if members[worker.id].asks and members[worker.id].empty]
            worker = books.balancer.select_worker(waiting.lane.requirements, idle)
            if worker is None:
                waiting.lane.blocked = True
            else:
                self._assign(waiting, worker.id, decision)

    def _place_one_by_one(self, window: list[Waiting], decision: dict[str, Any]) -> None:
        """Place tasks of one shape: there is nothing to match, so each goes where the strategy wants it most."""
        balancer, pool = self._books.balancer, self._books.crew.pool
        for waiting in window:
            if self._tasks.too_late(waiting.task):
                continue
            worker = balancer.select_worker(waiting.lane.requirements, pool)
            if worker is None:
                waiting.lane.blocked = True
                return
            self._assign(waiting, worker.id, decision)

    def _place_as_a_whole(self, window: list[Waiting], decision: dict[str, Any]) -> None:
        """Match tasks of several shapes with the free workers."""
        books = self._books
        balancer, pool = books.balancer, books.crew.pool
        plan = balancer.reorder_queue(self._as_planned(window), pool)
        worker_of = {placed.id: placed.assigned_worker for placed in plan}
        for waiting in window:
            worker_id = worker_of.get(waiting.task.id)
            if worker_id is None:
                waiting.lane.blocked = True
            elif books.crew.members[worker_id].asks and not self._tasks.too_late(waiting.task):
                balancer.confirm(waiting.lane.requirements, worker_id, pool)
                self._assign(waiting, worker_id, decision)

    def _assign(self, waiting: Waiting, worker_id: str, decision: dict[str, Any]) -> None:
        books, task, amount = self._books, waiting.task, waiting.lane.requirements.complexity
        member = books.crew.members[worker_id]
        if not member.asks:
            return  # it was given all that it asked for; the next plan does without it
        if not books.crew.book(member, amount):
            waiting.lane.blocked = True
            return
        if task.id in books.hopefuls:
            self._tasks.accept(task, books.hopefuls.pop(task.id))
        books.front.remove(task.id, task.tenant)
        books.queued -= 1
        books.shares.started(task.tenant, self._cost(waiting))
        transition = moved(
            task,
            TaskState.ASSIGNED,
            attempt=task.attempt + 1,
            lease=task.lease + 1,
            assigned_worker=worker_id,
            assigned_at=books.now.wall,
            decision=books.recorder.decision(decision),
        )
        books.recorder.decided(transition.task, waiting.lane.requirements, books.now.wall)
        gauges = books.limits.of(task.task_type, task.tenant, task.limit_keys)
        for gauge in gauges:
            gauge.started(books.now.steady)
        holding = Holding(transition.task, member, amount, gauges)
        holding.placed = waiting.lane.requirements
        books.hold(holding, alone=waiting.lane.shape.alone)
        self._set_limits(holding)
        self._reservation.overtaken(waiting, member)
        books.write(transition)
        books.instruct(Start(attempt_of(transition.task), books.use_claim(member)))
        books.tell_of(TaskAssigned, transition.task)
        self._assigned = True

    def _set_limits(self, holding: Holding) -> None:
        """See to it that an assignment ends, whatever becomes of its worker."""
        books, task = self._books, holding.task
        if task.timeout is not None:
            overtime = task.timeout + books.config.overtime
            books.alarms.after(overtime, Alarm(Why.OVERTIME, task.id, task.lease), books.now)

    def _decision(self, considered: int) -> dict[str, Any]:
        """Return what is recorded of a plan; one value for all tasks that it placed."""
        books = self._books
        return {
            "strategy": books.balancer.get_current_strategy(),
            "order": books.config.order,
            "at": books.now.wall,
            "considered": considered,
            "waiting": books.queued,
            "workers": len(books.crew.members),
        }

    def _as_planned(self, window: list[Waiting]) -> list[QueuedTask]:
        """Return the tasks as the balancer is to see them: with the priorities that they have gained by waiting.

        Priorities are a tenant's own: of several tenants, an earlier round of turns comes before all of a later one.
        """
        aged = [self._aged(waiting) for waiting in window]
        if any(waiting.turn for waiting in window):
            places = {priority: place for place, priority in enumerate(sorted(set(aged)))}
            aged = [
                places[priority] - waiting.turn * len(places) for waiting, priority in zip(window, aged, strict=True)
            ]
        return [self._with_priority(waiting, priority) for waiting, priority in zip(window, aged, strict=True)]

    def _with_priority(self, waiting: Waiting, priority: float) -> QueuedTask:
        lane = waiting.lane
        if priority == lane.requirements.priority:
            return QueuedTask(waiting.task.id, lane.requirements)
        if lane.aged is None or lane.aged.priority != priority:
            lane.aged = lane.requirements.replace(priority=priority)
        return QueuedTask(waiting.task.id, lane.aged)

    def _cost(self, waiting: Waiting) -> float:
        """Return what a task's start costs its tenant: the units of capacity that it takes times the seconds."""
        requirements, durations = waiting.lane.requirements, self._books.durations
        seconds = durations.expected(requirements.task_type) or requirements.estimated_duration or durations.typical
        return requirements.complexity * seconds

    def _aged(self, waiting: Waiting) -> float:
        books = self._books
        return books.ranking.aged(waiting.lane.requirements.priority, waiting.task.queued_at, books.now.wall)

    def _key(self, waiting: Waiting) -> tuple[float, ...]:
        requirements = waiting.lane.requirements
        return self._order(
            Outlook(
                waiting.place.rank,
                self._aged(waiting),
                requirements.estimated_duration or self._books.durations.expected(requirements.task_type),
                requirements.deadline,
            )
        )

    # --- what could start, and what is in memory --------------------------------------------------------------------

    def _unblock(self) -> None:
        """Try those again for whom there is new room somewhere."""
        roomy = [worker for id in self._books.roomy if (worker := self._books.crew.pool.get(id)) is not None]
        self._books.roomy.clear()
        if roomy:
            self._books.front.unblock(lambda needed: any(eligible(needed, worker) for worker in roomy))

    def _load(self) -> None:
        """Ask for the next tasks of the stored queue where memory has use for them."""
        books = self._books
        idle = not books.stopping and books.crew.room() > 0
        if idle:
            books.front.shrink(lambda lane: books.crew.could_ever_take(lane.requirements))
        load = None if books.delayed.loading else books.front.next_load(idle)
        if load is None and not books.front.loading:
            load = books.delayed.next_load(books.config.front - len(books.front))
        if load is not None:
            books.instruct(load)
