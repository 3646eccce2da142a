"""``apportion serve`` and ``apportion up``: the service, and the service with the workers of a fleet file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.batch.fleet_file import read_fleet_file
from apportion.batch.fleet_worker import LocalWorker
from apportion.cli.refusal import refuse_any
from apportion.cli.terminal import messages, say
from apportion.errors import ConfigurationError, MissingExtraError
from apportion.executors.command import CommandConfig, CommandExecutor
from apportion.runtime.submission import new_id

if TYPE_CHECKING:
    from apportion.service.service import Service

_Host = Annotated[str | None, typer.Option(envvar="APPORTION_HOST", metavar="ADDRESS", show_default="127.0.0.1")]
_Port = Annotated[int | None, typer.Option(envvar="APPORTION_PORT", min=0, max=65535, show_default="8620")]
_Store = Annotated[
    str | None,
    typer.Option(
        envvar="APPORTION_STORE", metavar="PLACE", help="Path or sqlite:///path.", show_default="apportion.db"
    ),
]
_Strategy = Annotated[str | None, typer.Option(envvar="APPORTION_STRATEGY", metavar="NAME", show_default="adaptive")]
_Order = Annotated[
    str | None,
    typer.Option(envvar="APPORTION_ORDER", help="fifo, shortest-first or deadline, within a priority."),
]
_Lease = Annotated[
    float | None,
    typer.Option(envvar="APPORTION_LEASE_SECONDS", help="How long a worker holds a task without renewing."),
]
_Interval = Annotated[
    float | None, typer.Option(envvar="APPORTION_HEARTBEAT_INTERVAL", help="Seconds between a worker's heartbeats.")
]
_MaxQueued = Annotated[
    int | None, typer.Option(envvar="APPORTION_MAX_QUEUED", help="Tasks that may wait; above that a submit is refused.")
]
_Backoff = Annotated[
    float | None, typer.Option(envvar="APPORTION_RETRY_BACKOFF", help="Seconds before the first retry.")
]
_LogFormat = Annotated[str, typer.Option(envvar="APPORTION_LOG_FORMAT", help="text or json.")]
_Config = Annotated[
    Path | None, typer.Option("--config", envvar="APPORTION_CONFIG", metavar="FILE", show_default="apportion.toml")
]
_Grace = Annotated[float | None, typer.Option(envvar="APPORTION_GRACE", help="Seconds that local work has to end.")]


def serve(
    *,
    host: _Host = None,
    port: _Port = None,
    store: _Store = None,
    strategy: _Strategy = None,
    order: _Order = None,
    lease_seconds: _Lease = None,
    heartbeat_interval: _Interval = None,
    max_queued: _MaxQueued = None,
    retry_backoff: _Backoff = None,
    grace: _Grace = None,
    log_format: _LogFormat = "text",
    config: _Config = None,
) -> None:
    """Run the service: HTTP API, event stream and metrics on one port.

    Each setting is a flag, a variable APPORTION_..., or a key of apportion.toml. On
    SIGTERM or Ctrl-C nothing new is handed out, what is in flight is answered, and
    remote workers keep what they hold until the service is back.
    """
    given = {name: value for name, value in locals().items() if name not in {"log_format", "config"}}
    _serve(given, config, log_format, ())


def up(
    fleet: Annotated[str, typer.Argument(metavar="FLEET", help="The local workers, a TOML file.")],
    *,
    host: _Host = None,
    port: _Port = None,
    store: _Store = None,
    strategy: _Strategy = None,
    order: _Order = None,
    max_queued: _MaxQueued = None,
    retry_backoff: _Backoff = None,
    grace: _Grace = None,
    log_format: _LogFormat = "text",
    config: _Config = None,
) -> None:
    """Run the service, and the local workers of a fleet file with it.

    They run command lines, as the workers of apportion run do: whoever may submit
    tasks may run commands as this user.
    """
    given = {name: value for name, value in locals().items() if name not in {"fleet", "log_format", "config"}}
    read = read_fleet_file(fleet)
    refuse_any(read.problems)
    _serve(given, config, log_format, read.workers)


def _serve(given: dict[str, object], config: Path | None, log_format: str, fleet: Sequence[LocalWorker]) -> None:
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
    _log_to_stderr(log_format)
    for doubt in settings.doubts:
        say(console, "warning", doubt, "yellow")

    def announce(address: str) -> None:
        say(console, "note", f"listening on {address}, the store is {settings.store}", "cyan")

    service = Service(settings)
    add_fleet(service, fleet)
    try:
        asyncio.run(serve_until_stopped(service, announce))
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}") from error
    except KeyboardInterrupt:
        return


def add_fleet(service: Service, fleet: Sequence[LocalWorker]) -> None:
    """Let local workers take tasks that are command lines."""
    if not fleet:
        return
    env = {worker.info.id: worker.env for worker in fleet}
    executor = CommandExecutor(CommandConfig(folder=Path.cwd(), worker_env=env), new_id())
    for worker in fleet:
        service.distributor.add_worker(worker.info, {None: executor})


def _log_to_stderr(log_format: str) -> None:
    if log_format not in {"text", "json"}:
        raise typer.BadParameter("must be text or json", param_hint="--log-format")
    text = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines() if log_format == "json" else logging.Formatter(text))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


class _JsonLines(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        import json

        line = {"at": record.created, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)
