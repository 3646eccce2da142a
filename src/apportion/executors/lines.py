"""One readable line of whatever a handler or a command had to say."""

from __future__ import annotations

import re

LONGEST = 500

# Colours and cursor movements: they would act on the terminal that shows the line.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")


def one_line(text: str, longest: int = LONGEST) -> str:
    """Return the text as one line of printable characters, shortened in the middle where it is too long."""
    shown = " ".join(_ESCAPES.sub("", text).split())
    line = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in shown)
    if len(line) <= longest:
        return line
    half = (longest - 3) // 2
    return f"{line[:half]} … {line[-half:]}"


def last_line(output: bytes) -> str:
    """Return the last line of an output that is not blank, or nothing; bytes that are no UTF-8 are replaced."""
    lines = output.decode("utf-8", "replace").splitlines()
    return next((line for text in reversed(lines) if (line := one_line(text, 300))), "")
