"""What a base install does not have: modules that only an extra brings."""

import re
from importlib.metadata import packages_distributions

from tests.architecture.tree import ROOT

LINE = re.compile(r"^([\w.-]+)==", re.MULTILINE)


def pinned(*files: str) -> set[str]:
    """Return the distributions that requirements files name, as names are compared."""
    text = "\n".join((ROOT / "requirements" / file).read_text(encoding="utf-8") for file in files)
    return {plain(name) for name in LINE.findall(text)}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


EXTRA = pinned("runtime.txt", "dev.txt") - pinned("base.txt", "test.txt")
ABSENT = {module for module, owners in packages_distributions().items() if EXTRA.issuperset(map(plain, owners))}
