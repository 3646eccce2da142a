"""A plugin of pytest: nothing can be imported that only an extra brings, as in a base install."""

import re
import sys
from importlib.abc import MetaPathFinder
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


class Absent(MetaPathFinder):
    """Finds none of them."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Say of what an extra brings that it is not there."""
        if fullname.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


sys.meta_path.insert(0, Absent())
