"""The checkout as the architecture tests see it: paths and syntax trees."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "apportion"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def name_of(path: Path) -> str:
    """Return the path as people write it: from the root of the checkout."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def repository_files() -> list[Path]:
    """Return the files that are, or would be, committed."""
    listing = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    output = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(path for name in output.split("\0") if name and (path := ROOT / name).is_file())
