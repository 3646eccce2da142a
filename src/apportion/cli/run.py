"""``apportion run``: a file of tasks over the workers of a fleet."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from apportion.batch.batch import Batch, doubts, read_batch
from apportion.batch.impossible import impossible_tasks
from apportion.batch.options import BatchOptions
from apportion.batch.peek import what_is_left
from apportion.batch.plan import plan
from apportion.batch.session import EndedBy, Ending, run_batch
from apportion.batch.stop import Stop
from apportion.cli.exit_codes import ExitCode
from apportion.cli.plan_view import plan_view
from apportion.cli.progress import progress_for
from apportion.cli.refusal import refuse_any
from apportion.cli.stop_signals import stop_on_signals
from apportion.cli.summary_view import summary_view
from apportion.cli.terminal import messages, output, say
from apportion.core.balancer import LoadBalancer
from apportion.errors import InputFileError


def run(
    tasks: Annotated[
        str, typer.Argument(metavar="TASKS", help="The tasks, a JSON object a line; - for standard input.")
    ],
    fleet: Annotated[str, typer.Option("--fleet", "-f", metavar="FILE", help="The workers, a TOML file.")],
    *,
    results: Annotated[
        Path, typer.Option("--results", "-r", metavar="DIR", help="Where results, logs and the state go.")
    ] = Path("apportion-results"),
    strategy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who decides which worker gets a task.", show_default="adaptive")
    ] = None,
    store: Annotated[
        str | None, typer.Option(metavar="PATH", help="Where the state is kept.", show_default="DIR/state.db")
    ] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first task that fails.")] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try the tasks again that failed in earlier runs.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew; forget what was done before.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and explain it; change nothing.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show no progress, only warnings and the summary.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary, or the plan, as JSON.")] = False,
    grace: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="How long running commands may take to end on Ctrl-C.")
    ] = 5.0,
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
    batch = read_batch(options)
    refuse_any(batch.problems)
    balancer = LoadBalancer()
    if strategy is not None:
        balancer.set_strategy(strategy)
    refuse_any(impossible_tasks(batch, balancer))
    console = messages()
    for doubt in doubts(batch):
        say(console, "warning", doubt, "yellow")
    try:
        if dry_run:
            _print_plan(batch, options, balancer, as_json=as_json)
            return
        ending = asyncio.run(_run(batch, options, console, balancer.get_current_strategy(), quiet=quiet))
    except ExceptionGroup as group:
        refuse_any([error for error in group.exceptions if isinstance(error, InputFileError)])
        raise
    raise typer.Exit(_print_ending(ending, console, as_json=as_json))


async def _run(batch: Batch, options: BatchOptions, console: Console, strategy: str, *, quiet: bool) -> Ending:
    def note(text: str) -> None:
        say(console, "note", text, "cyan")

    stop = Stop()
    fleet = f"{len(batch.workers)} {'worker' if len(batch.workers) == 1 else 'workers'}"
    show = progress_for(console, f"{batch.name} on {fleet}, {strategy}", quiet=quiet)
    with stop_on_signals(stop, note):
        return await run_batch(batch, options, stop, show, note)


def _print_plan(batch: Batch, options: BatchOptions, balancer: LoadBalancer, *, as_json: bool) -> None:
    left, ended = what_is_left(batch, options)
    planned = list(plan(left, [worker.info for worker in batch.workers], balancer))
    if as_json:
        output().print_json(data=[task.to_dict() for task in planned])
    else:
        output().print(plan_view(planned, balancer.get_current_strategy(), ended))


def _print_ending(ending: Ending, console: Console, *, as_json: bool) -> ExitCode:
    """Print the summary and, where the run ended early, how to go on; return the exit code."""
    if as_json:
        output().print_json(data=ending.summary.to_dict())
    else:
        output().print(summary_view(ending.summary))
    if ending.trouble is not None:
        say(console, "error", ending.trouble, "bold red")
    if ending.summary.waiting:
        say(console, "note", "the state is kept; the same command again goes on where this run stopped", "cyan")
    if ending.by is EndedBy.TROUBLE:
        return ExitCode.STORAGE_FAILED
    if ending.by is EndedBy.REQUEST:
        return ExitCode.INTERRUPTED
    return ExitCode.TASK_FAILED if ending.summary.failed else ExitCode.DONE
