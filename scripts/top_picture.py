"""Draws what `apportion top` shows of the service of `make run`: docs/images/top.svg.

Run by `make picture`, from the root of the checkout.
"""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from apportion.cli.top.app import Top
from apportion.cli.top.lists import Listing
from apportion.client import AsyncClient
from scripts.picture import IMAGES

FROM_ELSEWHERE = re.compile(r"@font-face \{.*?\}|<!--.*?-->", re.DOTALL)

ADDRESS = re.compile(r"is at (http://\S+)/")
SIZE = (84, 24)
DONE = 60
"""Tasks that have to be done by then, so that there is something to see."""


def main() -> None:
    """Bring the service up, wait until it has something to show, and draw."""
    with tempfile.TemporaryDirectory(prefix="apportion-") as out:
        command = [sys.executable, "demo/live.py", "--port", "0", "--out", out]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as live:
            assert live.stdout is not None
            address = next(found[1] for line in live.stdout if (found := ADDRESS.search(line)))
            try:
                picture = asyncio.run(drawn(address))
            finally:
                live.send_signal(signal.SIGINT)
    path = IMAGES / "top.svg"
    path.write_text("\n".join(line.rstrip() for line in picture.splitlines()) + "\n", encoding="utf-8")
    print(path)


async def drawn(address: str) -> str:
    """Return the picture, with the address that the service usually has."""
    async with AsyncClient(address) as client:
        await seen(client, lambda overview: overview["tasks"]["succeeded"] >= DONE)
        app = Top(client)
        async with app.run_test(size=SIZE) as pilot:
            await seen(client, lambda _: app.query_one("#workers", Listing).row_count > 0)
            await pilot.pause()
            drawing = app.export_screenshot(title="apportion top")
    drawing = FROM_ELSEWHERE.sub("", drawing).replace(address, "http://127.0.0.1:8620")
    return drawing.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")


async def seen(client: AsyncClient, what: Callable[[dict[str, Any]], bool]) -> None:
    """Look whenever the overview changes, until it is there."""
    async with client.overviews() as stream:
        async for event in stream:
            if what(event.data):
                return


if __name__ == "__main__":
    main()
