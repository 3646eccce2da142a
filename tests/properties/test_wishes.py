"""What a plan takes for a task's preferences is what a single pick takes for them."""

from random import Random

import numpy as np
from hypothesis import given

from apportion.core.candidates import find_candidates
from apportion.core.planning.board import Board
from apportion.core.planning.wishes import wishes_of
from apportion.core.pool.pool import WorkerPool
from apportion.core.preferences import narrow
from apportion.core.rules import eligible, suitable
from tests import generators as some


def board_of(workers):
    return Board(workers, np.zeros(len(workers)))


@given(some.tasks(), some.fleets())
def test_the_board_knows_who_is_suitable(task, workers):
    assert board_of(workers).suitable(task).tolist() == [suitable(task, worker) for worker in workers]


@given(some.tasks(), some.fleets(), some.contexts)
def test_wishes_narrow_as_preferences_do(task, workers, context):
    board = board_of(workers)
    wishes = wishes_of(task, board, context)
    able = np.array([eligible(task, worker) for worker in workers], dtype=bool)
    if wishes is None or not able.any():
        return
    candidates = find_candidates(WorkerPool(workers), task, 100, Random(0))
    assert candidates is not None
    preferred = {worker.id for worker in narrow(candidates, task, context).everyone().workers()}
    narrowed = wishes.narrow(able, board.load)
    assert {workers[seat].id for seat in np.flatnonzero(narrowed)} == preferred
