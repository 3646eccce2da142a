"""``apportion top``: a service as it is now, until q."""

from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec

import typer

from apportion.cli.remote.connection import Connection, with_connection
from apportion.errors import MissingExtraError


@with_connection
def top(*, service: Connection) -> None:
    """Watch a service live: workers, queue, throughput, failures; ? shows the keys."""
    if find_spec("textual") is None:
        raise MissingExtraError("the live view", "cli")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise typer.BadParameter("this is for a terminal; for programs: apportion workers --json, events --json")
    with service.client() as client:
        client.strategy()  # says at once where there is no service, or a token is wanted
    asyncio.run(_run(service))


async def _run(service: Connection) -> None:
    from apportion.cli.top.app import Top

    async with service.async_client() as client:
        await Top(client).run_async()
