"""The front of the queue by itself."""

from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.runtime.fair_share import FairShare
from apportion.runtime.front import Front
from apportion.runtime.fronts import Fronts
from apportion.runtime.lane import Shape, Waiting, places_of
from apportion.runtime.unread import START, Unread


def add(front: Front, number: int, shape: str = "a") -> bool:
    needed = TaskRequirements(task_type=shape)
    task = Task(f"t{number}", shape, requirements=needed, rank=float(number))
    return front.admit(task, Shape(needed), task.rank) is not None


def new_front(limit: int) -> Front:
    return Front("default", limit, {})


def window(front: Front, size: int, room: float) -> list[str]:
    ordered = front.ordered(room, lambda each: (each.place.rank,), lambda _lane: True)
    return [each.task.id for each, _ in zip(ordered, range(size), strict=False)]


def test_one_shape_takes_a_quarter_of_the_front():
    front = new_front(16)
    assert [add(front, number) for number in range(6)] == [True] * 4 + [False] * 2
    assert add(front, 6, "b")


def test_of_one_shape_no_more_are_looked_at_than_could_have_room():
    front = new_front(64)
    for number in range(10):
        add(front, number)
    assert window(front, 64, 3.5) == ["t0", "t1", "t2"]
    assert window(front, 64, 0.5) == []


def test_shapes_are_merged_by_rank():
    front = new_front(64)
    for number in range(6):
        add(front, number, "ab"[number % 2])
    assert window(front, 5, 99) == ["t0", "t1", "t2", "t3", "t4"]


def test_a_worse_task_makes_place_for_a_better_one():
    front = new_front(8)
    for number in range(10, 18):
        assert add(front, number, f"shape {number}")
    assert not add(front, 18, "worse")
    assert add(front, 1, "better")
    assert set(front.waiting) == {"t1", *(f"t{number}" for number in range(10, 17))}
    assert front.lanes[Shape(TaskRequirements(task_type="shape 17"))].unread.after == (17.0, "")


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


# --- several tenants ------------------------------------------------------------------------------------------------


def enter(fronts: Fronts, tenant: str, number: int, payload: object = None) -> bool:
    task = Task(f"{tenant}{number}", "a", payload, tenant=tenant, rank=float(number))
    return fronts.admit(task, Shape(task.requirements), task.rank) is not None


def in_turn(fronts: Fronts, size: int, cost: float = 1.0) -> str:
    window = fronts.window(size, 99, lambda each: (each.place.rank,), lambda _waiting: cost, lambda _lane: True)
    return "".join(each.task.tenant for each in window)


def test_tenants_take_turns_by_their_weights():
    fronts = Fronts(256, FairShare({"a": 2.0}))
    for number in range(9):
        enter(fronts, "a", number)
        enter(fronts, "b", 100 + number)
    assert in_turn(fronts, 9) == "abaabaaba"


def test_a_flood_makes_place_for_another_tenants_few():
    fronts = Fronts(64, FairShare({}))
    for number in range(200):
        enter(fronts, "flood", number)
    assert [enter(fronts, "few", number) for number in range(5)] == [True] * 5
    for number in range(60):
        enter(fronts, f"tenant {number}", number)
    assert len(fronts) <= 64 + 2 * 8, "each may have eight"


def test_large_payloads_take_more_places():
    assert [places_of(Task("t", "a", payload)) for payload in (None, "x" * 9000, {"k": ["x" * 9000] * 3})] == [1, 2, 4]
    fronts = Fronts(64, FairShare({}))
    taken = [enter(fronts, "a", number, "x" * 65_536) for number in range(64)]
    assert sum(taken) <= 4


def test_a_payload_without_end_takes_no_time():
    endless: list[object] = []
    endless.append(endless)
    assert places_of(Task("t", "a", endless)) >= 1


def test_who_waited_gets_no_more_than_its_share_later():
    shares = FairShare({})
    for _ in range(5):
        shares.started("busy", 3.0)
    shares.started("new", 1.0)
    assert shares.tag("new") == shares.tag("busy") - 2.0, "it begins where the others are, not where it was last"


def turns_of(each: Waiting) -> int:
    return each.turn


def test_a_round_holds_a_turn_of_each():
    fronts = Fronts(256, FairShare({"a": 2.0}))
    for number in range(9):
        enter(fronts, "a", number)
        enter(fronts, "b", 100 + number)
    window = fronts.window(9, 99, lambda each: (each.place.rank,), lambda _waiting: 1.0, lambda _lane: True)
    assert list(map(turns_of, window)) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
