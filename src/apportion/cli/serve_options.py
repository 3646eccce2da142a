"""The settings of the service: each is a flag, a variable ``APPORTION_…``, and a key of ``apportion.toml``.

A new one is a line in the table here and a field of `ServiceSettings` or `RuntimeConfig`, which checks it.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from apportion.cli.gathering import gathering, option
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
    Setting("shadow", list[str], "Strategy that decides beside it, without effect; may be repeated.", "NAME"),
    Setting("order", str, "Within a priority: fifo, shortest-first or deadline.", "NAME"),
    Setting("lease_seconds", float, "How long a remote worker holds a task without renewing.", "SECONDS"),
    Setting("heartbeat_interval", float, "Between two heartbeats of a remote worker.", "SECONDS"),
    Setting("max_queued", int, "Tasks that may wait; above it a submit is refused.", "N"),
    Setting("retry_backoff", float, "Before the first retry; doubled with each further one.", "SECONDS"),
    Setting("keep_decisions", float, "For how long decisions are kept; 0: none is recorded.", "DAYS"),
    Setting("grace", float, "How long local work has to end when the service stops.", "SECONDS"),
    Setting("tls_cert", str, "Certificate chain (PEM) for TLS, needed beyond loopback.", "FILE"),
    Setting("tls_key", str, "Its key, where that is in a file of its own.", "FILE"),
    Setting("behind_proxy", bool, "A proxy that speaks TLS stands in front."),
    Setting("public_names", list[str], "Name by which others reach it; may be repeated.", "NAME"),
    Setting("max_requests", float, "Requests a second of one token, or address where there is none. (any)", "N"),
    Setting("max_wrong_tokens", int, "Wrong tokens a minute from one address; 0: any.", "N"),
    Setting("limits", list[str], "Over all workers, like key:openai,concurrency=4,rate=10; may be repeated.", "LIMIT"),
    Setting("tenant_weights", list[str], "Weight of a tenant's share, like acme=3; may be repeated.", "SHARE"),
    Setting("keep_finished", float, "How long tasks are kept that have ended.", "DAYS"),
    Setting("log_format", str, "text or json.", "FORMAT"),
)

Config = Annotated[
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
Given = dict[str, Any]
"""What flags and variables say, by the names of the settings; None where they say nothing."""


def _option(setting: Setting) -> inspect.Parameter:
    default = setting.default
    shown = "" if default in {None, False, ()} else f" ({default:g})" if isinstance(default, float) else f" ({default})"
    variable = f"APPORTION_{setting.name.upper()}"
    made = typer.Option(
        None,
        f"--{setting.name.replace('_', '-')}",
        envvar=variable,
        metavar=setting.metavar,
        help=f"{setting.help}{shown}",
        show_default=False,
        show_envvar=False,
    )
    return option(setting.name, setting.type | None, made)


with_settings = gathering("given", [_option(setting) for setting in SETTINGS], Given)
"""Gives a command an option for each setting, and hands it `Given` as ``given``."""
