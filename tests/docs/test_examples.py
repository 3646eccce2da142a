"""Every example runs, and prints what its last comment says."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, name_of

EXAMPLES = sorted((ROOT / "examples").rglob("[0-9]*.py"))
MARK = "\n# Prints:\n"

# One for each snippet of the guide, in its order; the table in docs/from-the-guide.md links to each.
GUIDE = 22


def promised(example: Path) -> str:
    """Return what the comment at the end of an example says that it prints."""
    _, mark, comment = example.read_text(encoding="utf-8").partition(MARK)
    assert mark, f"{name_of(example)} does not say what it prints"
    return "\n".join(line.removeprefix("# ") for line in comment.splitlines())


def test_every_snippet_of_the_guide_has_its_example():
    guide = [path.name.partition("_")[0] for path in EXAMPLES if path.parent.name == "guide"]
    assert guide == [f"{number:02}" for number in range(1, GUIDE + 1)]


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_it_prints_what_it_says(example: Path, tmp_path: Path):
    done = subprocess.run([sys.executable, example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == promised(example).splitlines()
    assert list(tmp_path.iterdir()) == [], "an example leaves nothing behind"


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_the_guide_page_links_to_it(example: Path):
    page = ROOT / "docs" / "from-the-guide.md"
    assert f"(../{name_of(example)})" in page.read_text(encoding="utf-8")
