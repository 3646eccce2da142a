"""Draws the diagrams in the documents that are made from the code: `make docs`.

Each stands between two comments, ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from apportion.model.lifecycle import FINAL, TRANSITIONS

DOCS = Path(__file__).resolve().parents[1] / "docs"


def lifecycle() -> str:
    """Return a task's life as a Mermaid diagram."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> queued: submitted"]
    for before, following in TRANSITIONS.items():
        lines += [f"    {before} --> {after}: {when}" for after, when in following.items()]
    lines += [f"    {state} --> [*]" for state in TRANSITIONS if state in FINAL]
    return "\n".join([*lines, "```"])


DIAGRAMS: dict[str, Callable[[], str]] = {"lifecycle": lifecycle}


def redrawn(text: str) -> str:
    """Return a document with its diagrams drawn anew."""
    for name, draw in DIAGRAMS.items():
        before, begin, rest = text.partition(f"<!-- {name}: begin -->\n")
        if begin:
            _, end, after = rest.partition(f"<!-- {name}: end -->")
            if not end:
                raise ValueError(f"{begin.strip()} has no end")
            text = f"{before}{begin}{draw()}\n{end}{after}"
    return text


def main() -> None:
    """Redraw all documents."""
    for document in DOCS.rglob("*.md"):
        before = document.read_text(encoding="utf-8")
        after = redrawn(before)
        if after != before:
            document.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()
