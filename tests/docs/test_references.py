"""What documents mention is there: targets of make, options of the command, codes and fields."""

import re
from pathlib import Path

import pytest

from apportion.model.task import TaskRequirements
from tests.architecture.tree import ROOT, name_of, repository_files
from tests.docs.blocks import blocks_of

DOCUMENTS = [path for path in repository_files() if path.suffix == ".md"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
BATCH = (ROOT / "docs" / "guides" / "run-a-batch.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_target_of_make_that_is_mentioned_is_there(document: Path):
    text = document.read_text(encoding="utf-8")
    shown = [line for block in blocks_of(document) if block.language == "sh" for line in block.text.splitlines()]
    shown += re.findall(r"`(make [^`]+)`", text, re.MULTILINE)
    named = {word for line in shown if line.startswith("make ") for word in line.partition("#")[0].split()[1:]}
    assert {word for word in named if "=" not in word} - TARGETS == set()


def test_every_decision_is_in_the_list():
    listed = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    decisions = (ROOT / "docs" / "decisions").glob("*.md")
    assert [name_of(path) for path in decisions if f"(decisions/{path.name})" not in listed] == []


def test_the_batch_guide_names_every_requirement():
    missing = [name for name in TaskRequirements.field_names() if f"`{name}`" not in BATCH]
    assert missing == []


def test_the_guides_name_every_exit_code():
    codes = pytest.importorskip("apportion.cli.exit_codes").ExitCode
    of_services = {codes.NO_ANSWER, codes.TIMED_OUT}  # a batch asks nobody
    service = (ROOT / "docs" / "guides" / "run-a-service.md").read_text(encoding="utf-8")
    assert [code for code in codes if f"\n| {code.value} | " not in service] == []
    assert [code for code in codes if f"\n| {code.value} | " not in BATCH and code not in of_services] == []
