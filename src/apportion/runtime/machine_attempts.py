"""The machine's attempt side: how assignments end, and what that means for their tasks and workers."""

from __future__ import annotations

from apportion.errors import TaskConflictError
from apportion.events import TaskFailed, TaskSucceeded
from apportion.model.lifecycle import TaskState
from apportion.ports import Outcome
from apportion.registry.outcomes import CompletedTask
from apportion.runtime.alarms import Alarm
from apportion.runtime.books import Books
from apportion.runtime.crew import Holding
from apportion.runtime.inputs import AttemptEnded, AttemptReleased, TakeBackAsked
from apportion.runtime.instructions import CancelAttempt
from apportion.runtime.machine_cooling import CoolingSide
from apportion.runtime.machine_tasks import TaskSide
from apportion.runtime.machine_workers import WorkerSide
from apportion.runtime.records import attempt_of, moved
from apportion.runtime.retries import backoff, gives_up
from apportion.runtime.silence import Silence


class AttemptSide:
    """Handles the ends of attempts. Each is believed only under the lease that is valid now."""

    def __init__(self, books: Books, tasks: TaskSide, workers: WorkerSide, cooling: CoolingSide) -> None:
        self._books = books
        self._tasks = tasks
        self._workers = workers
        self._cooling = cooling
        self._silence = Silence(books)

    def ended(self, event: AttemptEnded) -> None:
        """An attempt was reported."""
        books, outcome = self._books, event.outcome
        holding = self._valid(event.task_id, event.worker_id, event.lease)
        if holding is None:
            self._stale(event)
            return
        books.let_go(holding)
        books.answer(event.request, event.task_id, value=True)
        if outcome.busy_for is not None:
            self._workers.rest(holding.member, outcome.busy_for)
            self._tasks.queue_again(holding.task, "its worker was busy", counted=False)
        elif outcome.cancelled:
            self._tasks.queue_again(holding.task, "it was stopped with its run", counted=False)
        elif outcome.success:
            self._succeeded(holding, outcome)
        else:
            self._failed(holding, outcome)

    def released(self, event: AttemptReleased) -> None:
        """A worker hands back what it has not started."""
        holding = self._valid(event.task_id, event.worker_id, event.lease)
        if holding is None:
            self._stale(event)
            return
        self._books.let_go(holding)
        self._tasks.queue_again(holding.task, "its worker handed it back", counted=False)
        self._books.answer(event.request, event.task_id, value=True)

    def take_back(self, event: TakeBackAsked) -> None:
        """Take a task back from a remote worker that has not named it yet; it learns that by its next heartbeat."""
        books = self._books
        holding = books.held.get(event.task_id)
        if holding is None or holding.member.id != event.worker_id:
            why = f"worker {event.worker_id!r} does not hold it"
        elif not holding.member.leased or holding.named:
            why = f"worker {event.worker_id!r} has it in hand, and what has started is not moved"
        else:
            books.haunt(holding)
            self._tasks.queue_again(holding.task, "it was taken back to be moved", counted=False)
            books.answer(event.request, event.task_id, value=True)
            return
        state = "not under way" if holding is None else holding.task.state.value
        books.answer(event.request, error=TaskConflictError(event.task_id, state, why))

    def overtime(self, alarm: Alarm) -> None:
        """An attempt should have been reported as timed out, and was not: its lease ends; its room stays taken."""
        books = self._books
        holding = books.held.get(alarm.id)
        if holding is None or holding.task.lease != alarm.lease:
            return
        books.haunt(holding)
        holding.member.cancelled.add(alarm.id)
        books.instruct(CancelAttempt(attempt_of(holding.task)))
        timeout = holding.task.timeout or 0.0
        lost = Outcome(success=False, error=f"timed out after {timeout:g} s", duration=timeout, timed_out=True)
        self._failed(holding, lost)

    def lease_ended(self, alarm: Alarm) -> None:
        """A lease may have run out; if it was renewed meanwhile, look again when it would."""
        books = self._books
        holding = books.held.get(alarm.id)
        if holding is None or holding.task.lease != alarm.lease:
            return
        if holding.expires > books.now.steady:
            books.alarms.after(holding.expires - books.now.steady, alarm, books.now)
            return
        patience = self._silence.patience(holding.member)
        if patience > 0:
            books.alarms.after(patience, alarm, books.now)
            return
        self._workers.take_away(holding, "its lease was not renewed")

    def _valid(self, task_id: str, worker_id: str, lease: int) -> Holding | None:
        self._workers.heard_of(worker_id)
        holding = self._books.held.get(task_id)
        if holding is None or holding.task.lease != lease or holding.member.id != worker_id:
            return None
        return holding

    def _stale(self, event: AttemptEnded | AttemptReleased) -> None:
        """Refuse what comes under a lease that is void. If it is the end of a ghost, its room is free now."""
        books = self._books
        member = books.crew.members.get(event.worker_id)
        if member is not None:
            books.lay(member, event.task_id, event.lease)
        task = books.task(event.task_id)
        state, lease = ("not under way", 0) if task is None else (task.state.value, task.lease)
        problem = f"lease {event.lease} of worker {event.worker_id!r} is void, the valid one is {lease}; stop the work"
        books.answer(event.request, error=TaskConflictError(event.task_id, state, problem))

    def _succeeded(self, holding: Holding, outcome: Outcome) -> None:
        books, task = self._books, holding.task
        self._learn(holding, outcome)
        books.durations.learn(task.task_type, outcome.duration)
        transition = moved(
            task,
            TaskState.SUCCEEDED,
            finished_at=books.now.wall,
            result=outcome.result,
            error=None,
            exit_code=outcome.exit_code,
            duration=outcome.duration,
        )
        books.write(transition)
        books.tell_of(TaskSucceeded, transition.task)

    def _failed(self, holding: Holding, outcome: Outcome) -> None:
        books, task = self._books, holding.task
        self._learn(holding, outcome)
        failures = task.failures + 1
        fields = {
            "failures": failures,
            "error": outcome.error or "failed without saying why",
            "exit_code": outcome.exit_code,
            "duration": outcome.duration,
        }
        if gives_up(task, failures, outcome.retry):
            transition = moved(task, TaskState.FAILED, finished_at=books.now.wall, **fields)
            books.write(transition)
            books.tell_of(TaskFailed, transition.task)
            return
        delay = backoff(books.config, failures, books.rng)
        self._tasks.queue_again(task, str(fields["error"]), counted=True, delay=delay, **fields)

    def _learn(self, holding: Holding, outcome: Outcome) -> None:
        """Feed the outcome back, where it says something: a success, a failure or a time-out."""
        books, task = self._books, holding.task
        books.recorder.heard(task, outcome.success, outcome.duration, outcome.fault, books.now.wall)
        done = CompletedTask(task.id, task.task_type, outcome.success, outcome.duration)
        holding.member.outcomes.add(done, books.now.wall)
        self._cooling.outcome(holding, outcome)
        books.crew.publish(holding.member, books.now)
        books.balancer.update_context(
            holding.member.id,
            task.task_type,
            outcome.success,
            outcome.duration,
            task=holding.placed,
            fault=outcome.fault,
        )
