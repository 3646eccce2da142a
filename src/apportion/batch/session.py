"""One run of a batch: from an open store to the last line of its results."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any

from apportion.assemble import TaskDistributor, store_opener
from apportion.batch.batch import Batch
from apportion.batch.folder import held_results, trouble_with
from apportion.batch.foreign import refuse_foreign_results
from apportion.batch.gate import Gate
from apportion.batch.options import BatchOptions
from apportion.batch.problems import Problems
from apportion.batch.progress import Progress, ShowProgress
from apportion.batch.results import ResultsFile
from apportion.batch.standing import Standing, standing_of
from apportion.batch.state import State, cancel, damaged, open_state
from apportion.batch.stop import Stop
from apportion.batch.summary import Summary, summarise
from apportion.batch.tally import Tally, counted
from apportion.batch.task_line import TaskLine
from apportion.catalog import EXECUTORS, load
from apportion.clock import monotonic_clock
from apportion.config import RuntimeConfig
from apportion.errors import ApportionError, StoreDamagedError, StoreError
from apportion.events import StoreTroubled, TaskFact, TaskFailed
from apportion.executors.command import CommandConfig
from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task
from apportion.ports import Executor

SECONDS_BETWEEN_LOOKS = 0.25
TASKS_AT_ONCE = 1000


class EndedBy(Enum):
    """Why a run ended."""

    DONE = "every task has ended"
    FAILURE = "a task failed, and the run was to stop at the first that does"
    REQUEST = "somebody asked for it"
    TROUBLE = "the state or the results could not be written"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended.

    Attributes:
        by: why.
        summary: the run in figures.
        trouble: what could not be written, or None.
    """

    by: EndedBy
    summary: Summary
    trouble: ApportionError | None = None


async def run_batch(
    batch: Batch, options: BatchOptions, stop: Stop, show: ShowProgress, tell: Callable[[str], None]
) -> Ending:
    """Run what has not ended yet.

    Args:
        batch: the tasks and the fleet, without problems.
        options: how.
        stop: asks for an early end.
        show: shows the progress.
        tell: is given notes for the user.

    Raises:
        ExceptionGroup: of InputFileError: tasks that are not what they were in an earlier run; nothing was started.
        ConfigurationError: the results or the store cannot be written at all, or the results are those of another
            state; nothing was started.
        WorldError: another run holds the store or the results, or the disk is full.
    """
    store_opener(options.store)  # a place of an unknown kind is refused before a folder is made
    with held_results(options):
        state = await asyncio.to_thread(open_state, options, tell)
        try:
            await asyncio.to_thread(refuse_foreign_results, options, state.store)
            standing = await asyncio.to_thread(_standing, batch, state, tell)
            run = _Run(batch, options, state, standing, stop)
        except StoreDamagedError as error:
            state.store.close()
            raise damaged(options, error) from error
        except BaseException:
            state.store.close()
            raise
        return await run.go(show)


def _standing(batch: Batch, state: State, tell: Callable[[str], None]) -> Standing:
    """Return how the tasks stand, once the store holds no other unfinished ones."""
    problems = Problems(batch.name)
    standing = standing_of(batch.lines, state.store, problems)
    if problems.found:
        raise ExceptionGroup("tasks that are not what they were", problems.found)
    gone = [task.id for task in standing.gone]
    if gone:
        cancel(standing.gone, state.store)
        tasks, are = ("task", "is") if len(gone) == 1 else ("tasks", "are")
        named = ", ".join(gone[:5]) + (", …" if len(gone) > 5 else "")
        tell(
            f"{len(gone)} unfinished {tasks} of an earlier run {are} no longer in the file and {are} cancelled: {named}"
        )
    return standing


class _Run:
    """A run under way, and what it has to remember."""

    def __init__(self, batch: Batch, options: BatchOptions, state: State, standing: Standing, stop: Stop) -> None:
        self._batch = batch
        self._options = options
        self._standing = standing
        self._stop = stop
        self._again = standing.cancelled + [task for task in standing.ended if self._is_tried_again(task)]
        ended = [task for task in standing.ended if not self._is_tried_again(task)]
        self._failed = {task.id: task for task in ended if task.state is TaskState.FAILED}
        self._ours = {line.id for line in batch.lines}
        self._ended_by = asyncio.Event()
        self._by: EndedBy | None = None
        self._trouble: ApportionError | None = None
        self._tally = self._new_tally(ended)
        try:
            self._results = ResultsFile(options.results_file, ended)
        except OSError as error:
            raise trouble_with(options.results_file, error) from error
        self._executor = Gate(_command_executor(batch, options, state.run_id), stop.at_once)
        self._distributor = TaskDistributor.open(
            state.store, config=_config(batch, options), strategy=options.strategy, observers=[self._observe]
        )

    def _is_tried_again(self, task: Task) -> bool:
        return self._options.retry_failed and task.state is TaskState.FAILED

    def _new_tally(self, ended: Sequence[Task]) -> Tally:
        left: list[TaskLine | Task] = [*self._standing.new, *self._standing.waiting, *self._again]
        workers = [worker.info for worker in self._batch.workers]
        return Tally(workers, (each.task_type for each in left), counted(ended), monotonic_clock())

    # --- from beginning to end --------------------------------------------------------------------------------------

    async def go(self, show: ShowProgress) -> Ending:
        """Run until everything has ended or there is a reason to end before, and close everything."""
        with self._results:
            async with self._distributor:
                with show(self._tally) as progress:
                    await self._until_it_ends(progress)
                    await self._distributor.stop(self._options.grace)
        summary = summarise(
            self._tally, self._failed.values(), self._options.results_file, self._options.logs, monotonic_clock()
        )
        return Ending(self._by or EndedBy.DONE, summary, self._trouble)

    async def _until_it_ends(self, progress: Progress) -> None:
        """Hand everything in and wait until it has ended, or until there is a reason to end before."""
        work = asyncio.create_task(self._work())
        watch = asyncio.create_task(self._keep_showing(progress))
        asked = asyncio.create_task(self._stop.asked.wait())
        ended = asyncio.create_task(self._ended_by.wait())
        try:
            await asyncio.wait({work, asked, ended}, return_when=asyncio.FIRST_COMPLETED)
            if self._stop.asked.is_set():
                self._end(EndedBy.REQUEST)
            if work.done():
                self._take_in(work)
        finally:
            for task in (work, watch, asked, ended):
                task.cancel()
            await asyncio.gather(work, watch, asked, ended, return_exceptions=True)
            progress.update(monotonic_clock())

    def _take_in(self, work: asyncio.Task[None]) -> None:
        """Raise what the work ended with; a store that cannot be written is an end in good order."""
        try:
            work.result()
        except StoreError as error:
            self._end(EndedBy.TROUBLE, error)

    async def _work(self) -> None:
        for task in self._again:
            await self._distributor.retry(task.id)
        await self._submit(self._standing.new)
        for worker in self._batch.workers:
            self._distributor.add_local_worker(worker.info, executor=self._executor)
        await self._distributor.join()

    async def _submit(self, lines: Sequence[TaskLine]) -> None:
        waiting = iter(lines)
        while chunk := list(islice(waiting, TASKS_AT_ONCE)):
            await self._distributor.submit_many([_submission(line) for line in chunk])

    async def _keep_showing(self, progress: Progress) -> None:
        while True:
            progress.update(monotonic_clock())
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    # --- what happens -----------------------------------------------------------------------------------------------

    def _observe(self, fact: object) -> None:
        """Take in what has happened; it is durable by now."""
        if isinstance(fact, StoreTroubled):
            self._end(EndedBy.TROUBLE, StoreError(fact.problem))
        if not isinstance(fact, TaskFact) or fact.task.id not in self._ours:
            return
        self._tally.observe(fact, monotonic_clock())
        if fact.task.state.final:
            self._write_line(fact.task)
        if isinstance(fact, TaskFailed):
            self._failed[fact.task.id] = fact.task
            if self._options.fail_fast:
                self._end(EndedBy.FAILURE)

    def _write_line(self, task: Task) -> None:
        try:
            self._results.add(task)
        except OSError as error:
            self._end(EndedBy.TROUBLE, trouble_with(self._options.results_file, error))

    def _end(self, by: EndedBy, trouble: ApportionError | None = None) -> None:
        """End the run early; the first reason stands, but a trouble is always told."""
        self._by = self._by if trouble is None and self._by is not None else by
        self._trouble = self._trouble or trouble
        self._executor.shut()
        self._ended_by.set()


def _submission(line: TaskLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "task_type": line.task_type,
        "payload": line.payload,
        "requirements": line.requirements,
        "timeout": line.timeout,
        "max_attempts": line.max_attempts,
        "delay": line.delay,
        "not_before": line.not_before,
        "schedule_timeout": line.schedule_timeout,
        "tenant": line.tenant,
    }


def _config(batch: Batch, options: BatchOptions) -> RuntimeConfig:
    return RuntimeConfig(grace=options.grace, max_queued=max(RuntimeConfig.max_queued, len(batch.lines)))


def _command_executor(batch: Batch, options: BatchOptions, run_id: str) -> Executor:
    """Return what runs the commands of all workers; one will do, for it knows each worker's environment."""
    config = CommandConfig(
        folder=batch.folder,
        logs=options.logs.absolute(),
        worker_env={worker.info.id: worker.env for worker in batch.workers},
        grace=options.grace,
    )
    made: Executor = load(EXECUTORS["command"])(config, run_id)
    return made
