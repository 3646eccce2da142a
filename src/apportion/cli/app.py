"""The command line as a whole: a new command is a file beside this one and a line in this one."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from apportion.cli import backup, decisions, plan, replay, run, run_help, serve, simulate
from apportion.cli.access import audit, token
from apportion.cli.exit_codes import ExitCode, exit_code_of, remedy_of
from apportion.cli.flags import Command, Group
from apportion.cli.remote import changing, deciding, events, explain, submit, tasks, worker, workers
from apportion.cli.terminal import messages, say
from apportion.cli.top.command import top
from apportion.errors import ApportionError

TASKS = "Tasks of a service"
FLEET = "Workers of a service, and who decides"

app = typer.Typer(
    name="apportion",
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("run", cls=Command, no_args_is_help=True, epilog=run_help.EPILOG)(run.run)
app.command("serve", cls=Command)(serve.serve)
app.command("up", cls=Command)(serve.up)
app.command("submit", cls=Command, rich_help_panel=TASKS, no_args_is_help=True, epilog=submit.EPILOG)(submit.submit)
app.command("tasks", cls=Command, rich_help_panel=TASKS, epilog=tasks.EPILOG)(tasks.tasks)
app.command("explain", cls=Command, rich_help_panel=TASKS, epilog=explain.EPILOG)(explain.explain)
app.command("cancel", cls=Command, rich_help_panel=TASKS, epilog=changing.EPILOG, no_args_is_help=True)(changing.cancel)
app.command("retry", cls=Command, rich_help_panel=TASKS, epilog=changing.EPILOG, no_args_is_help=True)(changing.retry)
app.command("workers", cls=Command, rich_help_panel=FLEET)(workers.workers)
app.command("worker", cls=Command, rich_help_panel=FLEET, epilog=worker.EPILOG, no_args_is_help=True)(worker.worker)
app.command("drain", cls=Command, rich_help_panel=FLEET, no_args_is_help=True)(workers.drain)
app.command("remove", cls=Command, rich_help_panel=FLEET, no_args_is_help=True)(workers.remove)
app.command("strategy", cls=Command, rich_help_panel=FLEET)(deciding.strategy)
app.command("recommendations", cls=Command, rich_help_panel=FLEET)(deciding.recommendations)
app.command("top", cls=Command, rich_help_panel=TASKS)(top)
app.command("events", cls=Command, rich_help_panel=TASKS)(events.events)
tokens = typer.Typer(
    name="token", cls=Group, no_args_is_help=True, help="Make, list and revoke tokens: who may call a service."
)
tokens.command("create", cls=Command, no_args_is_help=True)(token.create)
tokens.command("list", cls=Command)(token.list_tokens)
tokens.command("revoke", cls=Command, no_args_is_help=True)(token.revoke)
app.add_typer(tokens)
app.command("audit", cls=Command)(audit.audit)
app.command("backup", cls=Command, epilog=backup.EPILOG, no_args_is_help=True)(backup.backup)
app.command("simulate", cls=Command, no_args_is_help=True)(simulate.simulate)
app.command("plan", cls=Command, no_args_is_help=True, epilog=plan.EPILOG)(plan.plan)
app.command("replay", cls=Command, no_args_is_help=True)(replay.replay_decisions)
app.add_typer(decisions.app)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"apportion {version('apportion')}")
        raise typer.Exit


@app.callback()
def apportion(
    *,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Spread tasks across unequal workers, learn what each is good at, and say why.

    Begin with [bold]apportion run TASKS --fleet FILE[/bold] for a file of tasks, or with
    [bold]apportion up FLEET[/bold] for a service; their --help shows the rest.
    """


def run_command_line() -> int:
    """Run the command that the arguments name, and return the exit code."""
    try:
        app()
    except ApportionError as error:
        say(messages(), "error", error, "bold red")
        remedy = remedy_of(error)
        if remedy is not None:
            say(messages(), "note", remedy, "cyan")
        return exit_code_of(error)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.DONE
    except Exception:  # noqa: BLE001 -- whatever it is, its exit code must not say that a task failed
        import traceback

        say(messages(), "error", "this is a bug in apportion; nothing that was acknowledged is lost", "bold red")
        traceback.print_exc()
        return ExitCode.BUG
    return ExitCode.DONE
