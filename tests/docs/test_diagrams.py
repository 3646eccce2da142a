"""Diagrams are drawn from the code, and nobody forgets to draw them anew."""

import re
import tomllib
from pathlib import Path

import pytest

from scripts.diagrams import DIAGRAMS, DOCS, redrawn
from tests.architecture.tree import ROOT, name_of

DOCUMENTS = sorted(DOCS.rglob("*.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_diagrams_are_as_the_code_is(document: Path):
    text = document.read_text(encoding="utf-8")
    assert redrawn(text) == text, "draw them anew: make docs"


@pytest.mark.parametrize("name", DIAGRAMS)
def test_every_diagram_stands_somewhere(name: str):
    assert any(f"<!-- {name}: begin -->" in document.read_text(encoding="utf-8") for document in DOCUMENTS)


def test_the_floors_in_the_design_are_those_that_are_checked():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    checked = [set(re.findall(r"\w+", floor)) for floor in contracts[0]["layers"]]
    drawn = (ROOT / "docs" / "design.md").read_text(encoding="utf-8").partition("<!-- floors -->\n```\n")[2]
    floors = [line[4:].partition("   ")[0] for line in drawn.partition("```")[0].splitlines() if line[:1].isdigit()]
    assert [set(re.findall(r"\w+", floor)) for floor in floors] == checked
