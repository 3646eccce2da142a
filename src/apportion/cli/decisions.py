"""``apportion decisions``: the record of what was decided, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from apportion.assemble import record_opener
from apportion.batch.options import STORE_FILE
from apportion.cli.flags import Command, Group
from apportion.cli.terminal import messages, output, say
from apportion.errors import WorldError
from apportion.runtime.record_book import RecordBook, exported

app = typer.Typer(
    name="decisions", cls=Group, no_args_is_help=True, help="The record of what was decided, and what came of it."
)


@app.command("export", cls=Command, no_args_is_help=True)
def export(
    store: Annotated[
        str, typer.Argument(metavar="STORE", help="The store of a service, or the results folder of apportion run.")
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where to; without it: standard output.", show_default=False),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Write every recorded decision as a line of JSON, for apportion replay and for programs.

    It works beside a running service: nothing is locked, and nothing is changed. What the
    lines hold is in docs/guides/replay-decisions.md.
    """
    place = str(Path(store) / STORE_FILE) if Path(store).is_dir() else store
    with closing(record_opener(place)()) as book, _written(out) as file:
        count = _export(book, file, quiet=quiet or out is None)
    if out is not None:
        say(messages(), "note", f"{count} lines are in {out}", "cyan")


def _export(book: RecordBook, file: IO[str], *, quiet: bool) -> int:
    console = messages()
    columns = (TextColumn("reading decisions"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    count = 0
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        bar = progress.add_task("", total=book.count())
        for line in exported(book):
            file.write(_encode(line))
            count += 1
            progress.advance(bar)
    return count


def _encode(line: Any) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"


@contextmanager
def _written(path: Path | None) -> Generator[IO[str]]:
    """Lend the file, which is in place only when it is whole; or standard output.

    Raises:
        WorldError: it cannot be written.
    """
    if path is None:
        yield output().file
        return
    aside = path.with_name(f"{path.name}.part")
    try:
        with aside.open("w", encoding="utf-8") as file:
            yield file
        aside.replace(path)
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        aside.unlink(missing_ok=True)
