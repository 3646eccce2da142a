"""Text to work on that every Python brings along: the sources of its own library."""

import sysconfig
from pathlib import Path

LIBRARY = Path(sysconfig.get_paths()["stdlib"])


def sources(package: str) -> list[Path]:
    """Return the files of a package of the standard library, or all that lie beside its packages for ``.``."""
    if package == ".":
        return sorted(LIBRARY.glob("*.py"))
    return sorted((LIBRARY / package).rglob("*.py"))


def text_of(package: str) -> bytes:
    """Return all sources of a package as one text."""
    return b"".join(path.read_bytes() for path in sources(package))
