"""The two streams of the terminal, and text that is safe to show on them."""

from __future__ import annotations

import errno
import os
import sys
from typing import IO, Any, TextIO, cast

from rich.console import Console, RenderableType
from rich.text import Text

from apportion.errors import WorldError

# What a task or a command says may hold anything; a terminal obeys some of it.
HARMLESS = "\N{REPLACEMENT CHARACTER}"

NOBODY_READS = {errno.EPIPE, errno.EIO}

# A file has no width; tables still need one, and nothing in them is cut off at this.
PIPE_WIDTH = 200


class Unbreakable:
    """A stream that goes on when nobody reads it any more: a pager that was closed, a terminal that is gone.

    The run matters more than its display; what is written then goes nowhere.

    Args:
        stream: where it goes.
        wanted: it is what was asked for, so that a full disk is an error; progress and messages may be lost to one.
    """

    def __init__(self, stream: TextIO, *, wanted: bool) -> None:
        self._stream = stream
        self._wanted = wanted

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, or drop."""
        try:
            return self._stream.write(text)
        except OSError as error:
            self._forgive(error)
            return len(text)

    def flush(self) -> None:
        """Flush, or drop."""
        try:
            self._stream.flush()
        except OSError as error:
            self._forgive(error)

    def _forgive(self, error: OSError) -> None:
        """Let the rest go nowhere, what is still in the stream's buffer included."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        if self._wanted and error.errno not in NOBODY_READS:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise WorldError(f"the output cannot be written: {reason}; what was done is kept") from error


def output() -> Console:
    """Return standard output: what was asked for."""
    return _console(stderr=False)


def messages() -> Console:
    """Return standard error: progress, warnings and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    # A terminal that lacks a character shows another; that is no reason to stop.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    width = None if stream.isatty() else PIPE_WIDTH
    file = cast("IO[str]", Unbreakable(stream, wanted=not stderr))
    return Console(file=file, width=width, highlight=False, markup=False, emoji=False, soft_wrap=width is not None)


def show(console: Console, what: RenderableType) -> None:
    """Print tables and text; into a file or pipe without the blanks that fill up a terminal's lines."""
    if console.is_terminal:
        console.print(what)
        return
    with console.capture() as printed:
        console.print(what)
    console.file.write("".join(f"{line.rstrip()}\n" for line in printed.get().splitlines()))
    console.file.flush()


def plain(text: object, style: str = "") -> Text:
    """Return text as it stands: no markup is obeyed in it, and no control character survives."""
    return Text(harmless(text), style=style)


def harmless(text: object) -> str:
    """Return one line of text without characters that a terminal would act upon."""
    return "".join(letter if letter.isprintable() else _shown(letter) for letter in str(text))


def _shown(letter: str) -> str:
    return " " if letter in "\n\t\r" else HARMLESS


def say(console: Console, kind: str, text: object, style: str) -> None:
    """Print a message that begins with its kind: ``error: …``, ``warning: …``, ``note: …``."""
    console.print(Text.assemble((f"{kind}: ", style), plain(text)))
