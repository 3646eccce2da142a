"""Links in documents lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import name_of, repository_files

DOCUMENTS = [path for path in repository_files() if path.suffix == ".md"]

FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
LINK = re.compile(r"\]\(<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]: +(\S+)", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def links(document: Path) -> Iterator[str]:
    prose = FENCED.sub("", document.read_text(encoding="utf-8"))
    for inline, reference in LINK.findall(prose):
        if not ELSEWHERE.match(inline or reference):
            yield inline or reference


def anchors(document: Path) -> set[str]:
    """Return the anchors of the headings: their words in lower case, joined by hyphens."""
    prose = FENCED.sub("", document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(prose)}


def leads_nowhere(document: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (document.parent / path) if path else document
    if not target.exists():
        return True
    return bool(anchor) and target.suffix == ".md" and anchor not in anchors(target)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_relative_links_resolve(document: Path):
    assert [link for link in links(document) if leads_nowhere(document, link)] == []
