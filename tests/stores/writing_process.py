"""A process that commits until it is killed, or as often as it is told, and prints the number of each commit then.

Run as ``python -m tests.stores.writing_process STORE FIRST SIZE [LAST [SABOTAGE ...]]``. Sabotage takes a safeguard
away, so that a test can show that it would notice: a PRAGMA of SQLite's, or ``early``: print before the commit.
"""

import os
import sys
from itertools import count, takewhile

from apportion.stores.sqlite import SqliteStore
from tests.stores.commits import commit_number


def main(path: str, first: str, size: str, last: str = "inf", *sabotage: str) -> None:
    store = SqliteStore(path)
    for pragma in sabotage:
        if pragma != "early":
            store._writer.execute(f"PRAGMA {pragma}")
    for number in takewhile(lambda number: number <= float(last), count(int(first))):
        if "early" in sabotage:
            tell(number)
        store.commit(commit_number(number, int(size)))
        if "early" not in sabotage:
            tell(number)


def tell(number: int) -> None:
    os.write(sys.stdout.fileno(), f"{number}\n".encode())


main(*sys.argv[1:])
