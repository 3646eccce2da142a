"""Runs the benchmarks one after the other: ``python -m bench [NAME ...]``.

Results are printed, and kept as data in bench/out.
"""

import sys
from importlib import import_module

SUITES = ("decision", "store", "embedded", "recording")
"""Each is a module of this folder with a ``main()``."""


def main() -> None:
    names = sys.argv[1:] or list(SUITES)
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        sys.exit(f"no benchmark named {unknown[0]!r}; there are: {', '.join(SUITES)}")
    del sys.argv[1:]
    for name in names:
        print(f"\n== {name}", flush=True)
        import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
