"""The front of the queue by itself."""

from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.runtime.front import Front
from apportion.runtime.unread import START, Unread


def add(front: Front, number: int, shape: str = "a") -> bool:
    needed = TaskRequirements(task_type=shape)
    task = Task(f"t{number}", shape, requirements=needed, rank=float(number))
    return front.admit(task, needed, task.rank) is not None


def test_one_shape_takes_a_quarter_of_the_front():
    front = Front(16)
    assert [add(front, number) for number in range(6)] == [True] * 4 + [False] * 2
    assert add(front, 6, "b")


def test_of_one_shape_no_more_are_looked_at_than_could_have_room():
    front = Front(64)
    for number in range(10):
        add(front, number)
    assert [each.task.id for each in front.window(64, 3.5, lambda each: (each.place.rank,))] == ["t0", "t1", "t2"]
    assert front.window(64, 0.5, lambda each: (each.place.rank,)) == []


def test_shapes_are_merged_by_rank():
    front = Front(64)
    for number in range(6):
        add(front, number, "ab"[number % 2])
    assert [each.task.id for each in front.window(5, 99, lambda each: (each.place.rank,))] == [
        "t0", "t1", "t2", "t3", "t4",
    ]  # fmt: skip


def test_a_worse_task_makes_place_for_a_better_one():
    front = Front(8)
    for number in range(10, 18):
        assert add(front, number, f"shape {number}")
    assert not add(front, 18, "worse")
    assert add(front, 1, "better")
    assert set(front.waiting) == {"t1", *(f"t{number}" for number in range(10, 17))}
    assert front.lanes[TaskRequirements(task_type="shape 17")].unread.after == (17.0, "")


def test_what_is_unread_moves_on_only_to_where_nothing_can_be_missing():
    unread = Unread(START)
    unread.begin()
    unread.note((5.0, ""))
    unread.advance(START, (9.0, "t9"))
    assert unread.after == (5.0, "")
    unread.begin()
    unread.advance((5.0, ""), (9.0, "t9"))
    assert unread.after == (9.0, "t9")
    unread.begin()
    unread.advance((9.0, "t9"), None)
    assert not unread


def test_a_read_that_began_behind_says_nothing_of_what_is_before():
    unread = Unread((3.0, ""))
    unread.begin()
    unread.advance((5.0, ""), None)
    assert unread.after == (3.0, "")
