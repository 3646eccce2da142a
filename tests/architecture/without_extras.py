"""A plugin of pytest: nothing can be imported that only an extra brings, as in a base install.

It is for a process of its own: whoever imports it has no extras from then on.
"""

import sys
from importlib.abc import MetaPathFinder

from tests.architecture.extras import ABSENT


class Absent(MetaPathFinder):
    """Finds none of them."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Say of what an extra brings that it is not there."""
        if fullname.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


sys.meta_path.insert(0, Absent())
