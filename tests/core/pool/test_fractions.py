"""What rounding leaves of an empty worker's load keeps nobody out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apportion import WorkerInfo, WorkerPool

FRACTIONS = st.sampled_from([0.1, 0.15, 0.2, 0.3, 0.7, 1 / 3])


@given(st.lists(FRACTIONS, max_size=60), st.randoms(use_true_random=False))
def test_whoever_has_given_everything_back_is_empty(amounts, random) -> None:
    """Whatever was booked, in whatever order it is given back."""
    pool = WorkerPool([WorkerInfo("w", (), 1)])
    held: list[float] = []
    for amount in amounts:
        if pool.reserve("w", amount):
            held.append(amount)
        elif held:
            pool.release("w", held.pop(random.randrange(len(held))))
    random.shuffle(held)
    for amount in held:
        pool.release("w", amount)
    assert pool[0].current_load == 0
    assert pool.reserve("w", 1)
