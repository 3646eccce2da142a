"""squeeze.py METHOD PACKAGE: how small the sources of a package get."""

import sys

from corpus import text_of
from pace import at_the_workers_pace

method, package = sys.argv[1:]
text = text_of(package)


def squeeze() -> str:
    """Compress as hard as the method can."""
    if method == "bz2":
        import bz2

        small = bz2.compress(text, 9)
    elif method == "lzma":
        import lzma

        small = lzma.compress(text, preset=6)
    else:
        import zlib

        small = zlib.compress(text, 9)
    return f"{method}: {len(text)} bytes become {len(small)} ({len(small) / len(text):.0%})"


print(at_the_workers_pace(squeeze))
