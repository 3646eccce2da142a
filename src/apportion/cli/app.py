"""The command line as a whole: a new command is a file beside this one and a line in this one."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from apportion.cli import run, run_help, serve, simulate
from apportion.cli.exit_codes import ExitCode, exit_code_of
from apportion.cli.flags import Command, Group
from apportion.cli.terminal import messages, say
from apportion.errors import ApportionError

app = typer.Typer(
    name="apportion",
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("run", cls=Command, no_args_is_help=True, epilog=run_help.EPILOG)(run.run)
app.command("serve", cls=Command)(serve.serve)
app.command("up", cls=Command)(serve.up)
app.command("simulate", cls=Command, no_args_is_help=True)(simulate.simulate)


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

    Begin with [bold]apportion run TASKS --fleet FILE[/bold]; its --help shows what the two
    files look like.
    """


def run_command_line() -> int:
    """Run the command that the arguments name, and return the exit code."""
    try:
        app()
    except ApportionError as error:
        say(messages(), "error", error, "bold red")
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
