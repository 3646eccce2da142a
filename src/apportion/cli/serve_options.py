"""The settings of the service: each is a flag, a variable ``APPORTION_…``, and a key of ``apportion.toml``.

A new one is a line in the table here and a field of `ServiceSettings` or `RuntimeConfig`, which checks it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from apportion.service.settings import ServiceSettings

DEFAULTS = ServiceSettings()


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        name: of the field that holds it, and of its key; with dashes of its flag, in capitals of its variable.
        type: of its value: ``str``, ``int``, ``float``, ``bool`` or ``list[str]``.
        help: what it does, for ``--help``.
        metavar: what stands for its value in ``--help``.
    """

    name: str
    type: Any
    help: str
    metavar: str | None = None

    @property
    def default(self) -> Any:
        """What it is where nobody says anything."""
        return getattr(DEFAULTS if hasattr(DEFAULTS, self.name) else DEFAULTS.runtime, self.name)


SETTINGS = (
    Setting("host", str, "Address to listen on.", "ADDRESS"),
    Setting("port", int, "Port to listen on, 0 for any free one.", "PORT"),
    Setting("store", str, "Where tasks are kept: a path or sqlite:///path.", "PLACE"),
    Setting("strategy", str, "Who decides which worker gets a task (adaptive).", "NAME"),
    Setting("order", str, "Within a priority: fifo, shortest-first or deadline.", "NAME"),
    Setting("lease_seconds", float, "How long a remote worker holds a task without renewing.", "SECONDS"),
    Setting("heartbeat_interval", float, "Between two heartbeats of a remote worker.", "SECONDS"),
    Setting("max_queued", int, "Tasks that may wait; above it a submit is refused.", "N"),
    Setting("retry_backoff", float, "Before the first retry; doubled with each further one.", "SECONDS"),
    Setting("grace", float, "How long local work has to end when the service stops.", "SECONDS"),
    Setting("log_format", str, "text or json.", "FORMAT"),
)

_CONFIG = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="APPORTION_CONFIG",
        metavar="FILE",
        help="Its keys are as the flags. (apportion.toml)",
        show_default=False,
        show_envvar=False,
    ),
]


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each setting.

    The command takes, besides its own arguments, ``given``: what flags and variables say, by name, None where they say
    nothing; and ``config``: the file with the others, or None.
    """

    @functools.wraps(command)
    def with_options(**arguments: Any) -> None:
        given = {setting.name: arguments.pop(setting.name) for setting in SETTINGS}
        command(given=given, **arguments)

    # The command line is made from the signature, so this one says what can be given.
    own = inspect.signature(command, eval_str=True)
    kept = [parameter for name, parameter in own.parameters.items() if name not in {"given", "config"}]
    config = inspect.Parameter("config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_CONFIG)
    with_options.__signature__ = own.replace(parameters=[*kept, *map(_parameter, SETTINGS), config])  # type: ignore[attr-defined]
    return with_options


def _parameter(setting: Setting) -> inspect.Parameter:
    default = setting.default
    shown = "" if default is None else f" ({default:g})" if isinstance(default, float) else f" ({default})"
    variable = f"APPORTION_{setting.name.upper()}"
    option = typer.Option(
        None,
        envvar=variable,
        metavar=setting.metavar,
        help=f"{setting.help}{shown}",
        show_default=False,
        show_envvar=False,
    )
    return inspect.Parameter(
        setting.name, inspect.Parameter.KEYWORD_ONLY, default=option, annotation=setting.type | None
    )
