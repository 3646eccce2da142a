"""``apportion run``: a file of tasks over the workers of a fleet."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer
from rich.console import Console

from apportion.batch.batch import Batch, doubts, read_batch
from apportion.batch.impossible import impossible_tasks
from apportion.batch.options import BatchOptions
from apportion.batch.peek import what_is_left
from apportion.batch.plan import plan
from apportion.batch.session import EndedBy, Ending, run_batch
from apportion.batch.stop import Stop
from apportion.cli import run_options
from apportion.cli.exit_codes import ExitCode
from apportion.cli.garbage import look_seldom_for_garbage
from apportion.cli.plan_view import plan_view
from apportion.cli.progress import progress_for
from apportion.cli.refusal import refuse_any
from apportion.cli.stop_signals import stop_on_signals
from apportion.cli.summary_view import summary_view
from apportion.cli.terminal import messages, output, say, show
from apportion.clock import wall_clock
from apportion.core.balancer import LoadBalancer
from apportion.errors import InputFileError


def run(
    tasks: run_options.Tasks,
    fleet: run_options.Fleet,
    *,
    results: run_options.Results = Path("apportion-results"),
    strategy: run_options.Strategy = None,
    store: run_options.Store = None,
    fail_fast: run_options.FailFast = False,
    retry_failed: run_options.RetryFailed = False,
    fresh: run_options.Fresh = False,
    dry_run: run_options.DryRun = False,
    quiet: run_options.Quiet = False,
    as_json: run_options.AsJson = False,
    grace: run_options.Grace = 5.0,
) -> None:
    """Run a file of tasks over the workers of a fleet.

    Each task is a command line. A worker gets one when it has room for it; what
    each can do, how busy it is and how well it did before decide which gets what.
    A failed attempt is repeated, elsewhere if possible.

    The state is on disk from the first task on: after Ctrl-C, a crash or a power
    cut the same command goes on where it stopped, and what had finished is not
    run again.
    """
    options = BatchOptions(tasks, fleet, results, strategy, store, fail_fast, fresh, retry_failed, grace)
    console = messages()
    batch, balancer = _checked(options, console)
    try:
        if dry_run:
            _print_plan(batch, options, balancer, as_json=as_json)
            return
        look_seldom_for_garbage()
        ending = asyncio.run(_run(batch, options, console, balancer.get_current_strategy(), quiet=quiet))
    except ExceptionGroup as group:
        refuse_any([error for error in group.exceptions if isinstance(error, InputFileError)])
        raise
    raise typer.Exit(_print_ending(ending, console, as_json=as_json))


def _checked(options: BatchOptions, console: Console) -> tuple[Batch, LoadBalancer]:
    """Return the batch and who would decide, unless something is wrong with either."""
    batch = read_batch(options)
    refuse_any(batch.problems)
    balancer = LoadBalancer()
    if options.strategy is not None:
        balancer.set_strategy(options.strategy)
    refuse_any(impossible_tasks(batch, balancer))
    for doubt in doubts(batch):
        say(console, "warning", doubt, "yellow")
    return batch, balancer


async def _run(batch: Batch, options: BatchOptions, console: Console, strategy: str, *, quiet: bool) -> Ending:
    def note(text: str) -> None:
        say(console, "note", text, "cyan")

    stop = Stop()
    fleet = f"{len(batch.workers)} {'worker' if len(batch.workers) == 1 else 'workers'}"
    progress = progress_for(console, f"{batch.name} on {fleet}, {strategy}", quiet=quiet)
    with stop_on_signals(stop, note):
        return await run_batch(batch, options, stop, progress, note)


def _print_plan(batch: Batch, options: BatchOptions, balancer: LoadBalancer, *, as_json: bool) -> None:
    left, ended = what_is_left(batch, options)
    planned = list(plan(left, [worker.info for worker in batch.workers], balancer, wall_clock()))
    if as_json:
        output().print_json(data=[task.to_dict() for task in planned])
    else:
        show(output(), plan_view(planned, balancer.get_current_strategy(), ended))


def _print_ending(ending: Ending, console: Console, *, as_json: bool) -> ExitCode:
    """Print the summary and, where the run ended early, how to go on; return the exit code."""
    if as_json:
        output().print_json(data=ending.summary.to_dict())
    else:
        show(output(), summary_view(ending.summary))
    if ending.trouble is not None:
        say(console, "error", ending.trouble, "bold red")
    if ending.summary.waiting:
        say(console, "note", "the state is kept; the same command again goes on where this run stopped", "cyan")
    if ending.by is EndedBy.TROUBLE:
        return ExitCode.STORAGE_FAILED
    if ending.by is EndedBy.REQUEST:
        return ExitCode.INTERRUPTED
    return ExitCode.TASK_FAILED if ending.summary.failed else ExitCode.DONE
