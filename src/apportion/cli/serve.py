"""``apportion serve`` and ``apportion up``: the service, and the service with the workers of a fleet file."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.batch.fleet_file import read_fleet_file
from apportion.batch.fleet_worker import LocalWorker
from apportion.cli.garbage import look_seldom_for_garbage
from apportion.cli.refusal import refuse_any
from apportion.cli.serve_log import log_to_stderr
from apportion.cli.serve_options import Config, Given, with_settings
from apportion.cli.terminal import messages, say
from apportion.errors import ConfigurationError, InputFileError, MissingExtraError
from apportion.executors.command import CommandConfig, CommandExecutor
from apportion.runtime.submission import new_id

if TYPE_CHECKING:
    from apportion.service.service import Service
    from apportion.service.settings import ServiceSettings


@with_settings
def serve(*, given: Given, config: Config = None) -> None:
    """Run the service: HTTP API, event stream and metrics on one port.

    Each setting is a flag, a variable APPORTION_… such as APPORTION_PORT, or a
    key of apportion.toml, in this order. On SIGTERM or Ctrl-C nothing new is
    handed out, what is in flight is answered, and remote workers keep what they
    hold until the service is back.
    """
    _serve(given, config)


@with_settings
def up(
    fleet: Annotated[str, typer.Argument(metavar="FLEET", help="The local workers, a TOML file.")] = "fleet.toml",
    *,
    logs: Annotated[
        Path, typer.Option("--logs", metavar="DIR", help="Where what commands print goes, a file for each task.")
    ] = Path("apportion-logs"),
    given: Given,
    config: Config = None,
) -> None:
    """Run the service, and the local workers of a fleet file with it.

    They run command lines, as the workers of apportion run do: whoever may submit
    tasks may run commands as this user. Settings are those of apportion serve.
    """
    if not Path(fleet).exists():
        remedy = "it names the workers: apportion run --help shows one; apportion serve needs none"
        raise InputFileError(fleet, None, f"there is no such file; {remedy}")
    read = read_fleet_file(fleet)
    refuse_any(read.problems)
    _serve(given, config, read.workers, logs)


def _serve(
    given: Given, config: Path | None, fleet: Sequence[LocalWorker] = (), logs: Path = Path("apportion-logs")
) -> None:
    try:
        from apportion.cli.serve_settings import settings_of
        from apportion.service.server import serve as serve_until_stopped
        from apportion.service.service import Service
    except ModuleNotFoundError as absent:
        if (absent.name or "").partition(".")[0] not in {"starlette", "msgspec", "uvicorn", "prometheus_client"}:
            raise
        raise MissingExtraError("the service", "service") from absent
    settings = settings_of(given, config)
    console = messages()
    log_to_stderr(settings.log_format)
    for doubt in settings.doubts:
        say(console, "warning", doubt, "yellow")

    def announce(address: str) -> None:
        say(console, "note", f"listening on {address}, the store is {settings.store}", "cyan")
        if fleet:
            workers = f"{len(fleet)} local workers run" if len(fleet) > 1 else "a local worker runs"
            say(console, "note", f"{workers} commands; what these print is in {logs}", "cyan")

    service = Service(settings)
    add_fleet(service, fleet, logs)
    look_seldom_for_garbage()
    try:
        asyncio.run(serve_until_stopped(service, announce))
    except OSError as error:
        raise _not_listening(settings, error) from error
    except KeyboardInterrupt:
        return


def _not_listening(settings: ServiceSettings, error: OSError) -> ConfigurationError:
    number = error.errno or 0
    said = os.strerror(number) if number > 0 else (error.strerror or str(error)).partition(" (while")[0]
    if number < 0 or number == errno.EADDRNOTAVAIL:  # a negative one is of the look-up of a name
        remedy = "that is no address of this machine; name one of its own with --host, or 0.0.0.0 for all"
    elif number == errno.EACCES:
        remedy = "this user may not listen there; name a port above 1023 with --port"
    else:
        remedy = "another service may be running there; name another port with --port"
    return ConfigurationError(f"cannot listen on {settings.host}:{settings.port}: {said}; {remedy}")


def add_fleet(service: Service, fleet: Sequence[LocalWorker], logs: Path) -> None:
    """Let local workers take tasks that are command lines."""
    if not fleet:
        return
    env = {worker.info.id: worker.env for worker in fleet}
    config = CommandConfig(
        folder=Path.cwd(), logs=logs.absolute(), worker_env=env, grace=service.settings.runtime.grace
    )
    executor = CommandExecutor(config, new_id())
    for worker in fleet:
        service.distributor.add_worker(worker.info, {None: executor})
