"""What all reports have in common: one page that loads nothing, its style, figures and tables."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape

from apportion.errors import MissingExtraError

_STYLE = """
:root { color-scheme: light; --line: #d9dee5; --soft: #5b6675; }
body { font: 15px/1.5 system-ui, sans-serif; color: #17202c; background: #fff; max-width: 74rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p, dd, figcaption { color: var(--soft); } figure { margin: 1rem 0; } svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } tr.own td:first-child { font-weight: 600; }
tr.oracle { color: var(--soft); } dt { font-weight: 600; } dd { margin: 0 0 .3rem 0; }
"""


def framed(title: str, heading: str, subtitle: str, parts: Iterable[str]) -> str:
    """Return a page."""
    return "".join(
        [
            "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>",
            "<meta name='viewport' content='width=device-width, initial-scale=1'>",
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body><main>",
            f"<h1>{escape(heading)}</h1>",
            f"<p>{escape(subtitle)}</p>",
            *parts,
            "</main></body></html>\n",
        ]
    )


def figure(svg: str, caption: str) -> str:
    """Return a drawing with what it shows."""
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table of texts; the first column names the row."""
    yield "<div class='wide'><table><thead><tr>"
    yield "".join(f"<th>{escape(head)}</th>" for head in heads)
    yield "</tr></thead><tbody>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
    yield "</tbody></table></div>\n"


@contextmanager
def drawing() -> Generator[None]:
    """Say how to install what draws, where it is not there.

    Raises:
        MissingExtraError: the library that draws is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as absent:
        if (absent.name or "").partition(".")[0] != "matplotlib":
            raise
        raise MissingExtraError("a report with charts", "simulate") from None
