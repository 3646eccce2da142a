"""The fenced blocks of a document, as the tests understand them.

| fence | what the tests do |
| --- | --- |
| ```python | run it; all of one document share one namespace, in their order |
| ```text right after it | compare with what it printed |
| ```console | run the lines that begin with "$ " and compare the others with what was printed |
| ```toml NAME, ```python PATH, … | write it to that file, beside the commands or in a copy of the checkout |
| ```diff PATH | change that file of a copy of the checkout |
| ```json, ```jsonl, ```toml | read it |
| ```sh, ```mermaid and fences without a language | nothing |

In what is compared, … stands for anything; a line of it, for any number of lines. A block after a comment
<!-- not run: REASON --> is left alone. A comment <!-- meanwhile: COMMAND --> names what a reader has running in another
terminal from there on: the next command waits for it to say where it listens or that it is at work.
"""

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
MEANWHILE = re.compile(r"^<!-- meanwhile: (?P<command>\S.*) -->$", re.MULTILINE)
NOT_RUN = re.compile(r"<!-- not run: (?P<reason>\S.*) -->\s*$")

RUN = {"python", "text", "console", "diff", "json", "jsonl", "toml"}
LEFT_ALONE = {"sh", "mermaid", ""}


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the file that it is, its text, its first line, and why it is not run, if so."""

    language: str
    file: str
    text: str
    line: int
    not_run: str | None


def blocks_of(document: Path) -> list[Block]:
    source = document.read_text(encoding="utf-8")
    return [_block(source, found) for found in FENCE.finditer(source)]


def meanwhile(document: Path) -> list[tuple[int, str]]:
    """Return what runs while the commands of a document are given, each with the line from which on it does."""
    source = document.read_text(encoding="utf-8")
    return [(source.count("\n", 0, found.start()) + 1, found["command"]) for found in MEANWHILE.finditer(source)]


def _block(source: str, found: re.Match[str]) -> Block:
    language, _, file = found["info"].strip().partition(" ")
    line = source.count("\n", 0, found.start()) + 2
    marked = NOT_RUN.search(source[: found.start()])
    return Block(language, file.strip(), found["text"], line, marked["reason"] if marked else None)


def agrees(promised: str, printed: str) -> bool:
    """Return whether what was printed is what a document promises; spaces at the ends of lines do not count."""
    lines = [line.rstrip() for line in promised.strip("\n").splitlines()]
    pattern = "\n".join(".*" if line.strip() == "…" else _line(line) for line in lines)
    shown = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern, shown, re.DOTALL) is not None


def _line(line: str) -> str:
    return r"[^\n]*".join(map(re.escape, line.split("…")))
