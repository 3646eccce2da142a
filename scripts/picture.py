"""Runs the demo and draws what its terminal shows: docs/images/run.svg half way, docs/images/summary.svg at the end.

Run by `make picture`, from the root of the checkout.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rich.console import CONSOLE_SVG_FORMAT, Console, RenderableType
from rich.terminal_theme import MONOKAI
from rich.text import Text

from apportion.batch.batch import read_batch
from apportion.batch.options import BatchOptions
from apportion.batch.progress import Progress
from apportion.batch.session import Ending, run_batch
from apportion.batch.stop import Stop
from apportion.batch.tally import Tally
from apportion.cli.live_view import live_view
from apportion.cli.summary_view import summary_view

IMAGES = Path("docs/images")
COMMAND = "apportion run demo/tasks.jsonl --fleet demo/fleet.toml"
WIDTH, HEIGHT = 84, 24

# Rich's own format, but for the comment and the fonts, which point to places elsewhere.
FROM_ELSEWHERE = re.compile(r"@font-face \{\{.*?\}\}|<!--.*?-->", re.DOTALL)
FORMAT = FROM_ELSEWHERE.sub("", CONSOLE_SVG_FORMAT).replace(
    "Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace"
)


class Camera:
    """Takes a picture when a run is half done."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.taken = False

    def update(self, now: float) -> None:
        """Look whether it is time."""
        if not self.taken and self.tally.ended.total() >= self.tally.total // 2:
            self.taken = True
            view = live_view(self.tally, "demo/tasks.jsonl on 6 workers, adaptive", now, WIDTH, HEIGHT)
            draw("run", view)


@contextmanager
def camera(tally: Tally) -> Generator[Progress]:
    yield Camera(tally)


def draw(name: str, shown: RenderableType) -> None:
    """Write what a terminal would show to a file."""
    console = Console(record=True, file=io.StringIO(), width=WIDTH, force_terminal=True, color_system="truecolor")
    console.print(Text.assemble(("$ ", "dim"), COMMAND), "", shown, sep="\n")
    svg = console.export_svg(title="apportion", theme=MONOKAI, code_format=FORMAT, unique_id=name)
    path = IMAGES / f"{name}.svg"
    path.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")
    print(path)


def main() -> None:
    """Run the demo in front of the camera."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    options = BatchOptions("demo/tasks.jsonl", "demo/fleet.toml", Path("demo/out"), fresh=True)
    ending = asyncio.run(run(options))
    draw("summary", summary_view(ending.summary))


async def run(options: BatchOptions) -> Ending:
    """Return how the run ended."""
    return await run_batch(read_batch(options), options, Stop(), camera, print)


if __name__ == "__main__":
    main()
