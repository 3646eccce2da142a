"""How a command finds the service: its address, its token, and how patient it is."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.gathering import gathering, option
from apportion.errors import MissingExtraError

if TYPE_CHECKING:
    from apportion.client import AsyncClient, Client, ClientConfig

DEFAULT_URL = "http://127.0.0.1:8620"

WHILE_IT_IS_AWAY = 30.0
"""Seconds for which a command that waits puts up with a service that is away: long enough for a restart."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The way to a service.

    Attributes:
        said: its address, as somebody said it, or None.
        token: what it wants to see, or None.
    """

    said: str | None
    token: str | None

    @property
    def url(self) -> str:
        """Its address."""
        return self.said or DEFAULT_URL

    @contextmanager
    def client(self, patience: float = 0.0) -> Generator[Client]:
        """Give a client while the context lasts.

        Args:
            patience: seconds for which a call is repeated while the service is away; at a prompt none, so that a
                service that does not run is told at once.
        """
        from apportion.client import Client

        with Client(self.url, self.token, self.config(patience)) as client:
            yield client

    def async_client(self, patience: float = 0.0) -> AsyncClient:
        """Return a client for an event loop."""
        from apportion.client import AsyncClient

        return AsyncClient(self.url, self.token, self.config(patience))

    def config(self, patience: float) -> ClientConfig:
        """Return how patient a client is."""
        from apportion.client import ClientConfig

        return ClientConfig(patience=patience)


def _connection(url: str | None, token: str | None) -> Connection:
    if find_spec("httpx") is None or find_spec("msgspec") is None:
        raise MissingExtraError("talking to a service", "worker")
    return Connection(url, token)


_URL = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="APPORTION_URL",
        metavar="URL",
        help=f"The service; or APPORTION_URL. ({DEFAULT_URL})",
        show_envvar=False,
        show_default=False,
    ),
]
_TOKEN = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="APPORTION_TOKEN",
        metavar="TOKEN",
        help="What it wants to see; or APPORTION_TOKEN, which no list of processes shows.",
        show_envvar=False,
    ),
]

with_connection = gathering("service", [option("url", _URL), option("token", _TOKEN)], _connection)
"""Gives a command ``--url`` and ``--token``, and hands it a `Connection` as ``service``."""
