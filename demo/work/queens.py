"""queens.py SIDE: in how many ways as many queens as rows stand on a board without a threat."""

import sys

from pace import at_the_workers_pace

side = int(sys.argv[1])
full = (1 << side) - 1


def ways(columns: int = 0, left: int = 0, right: int = 0) -> int:
    """Return in how many ways the rest can be placed; the bits are the squares of the next row under threat."""
    if columns == full:
        return 1
    found, free = 0, full & ~(columns | left | right)
    while free:
        square = free & -free
        free ^= square
        found += ways(columns | square, (left | square) << 1, (right | square) >> 1)
    return found


print(at_the_workers_pace(lambda: f"{ways()} ways for {side} queens"))
