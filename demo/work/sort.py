"""sort.py COUNT: sorts numbers from a generator of its own by merging, and checks the order."""

import sys

from pace import at_the_workers_pace

count = int(sys.argv[1])


def merged(values: list[int]) -> list[int]:
    """Return the values in order."""
    if len(values) < 2:
        return values
    middle = len(values) // 2
    left, right, order = merged(values[:middle]), merged(values[middle:]), []
    while left and right:
        order.append((left if left[-1] > right[-1] else right).pop())
    return (left or right) + order[::-1]


def sort() -> str:
    """Sort, and look whether it is sorted."""
    state, values = 1, []
    for _ in range(count):
        state = state * 48271 % 2147483647
        values.append(state)
    order = merged(values)
    assert order == sorted(values)
    return f"{count} numbers from {order[0]} to {order[-1]}"


print(at_the_workers_pace(sort))
