"""Order, and long queues of which only the front is in memory."""

from typing import Any

import pytest

from apportion.config import RuntimeConfig
from apportion.runtime import inputs
from apportion.runtime.reads import carry_out
from tests.runtime.world import START, World


def order_of_starts(world: World, ids: list[str]) -> list[str]:
    """Let one worker of room for one do everything, and return the order."""
    world.join("w", 1)
    order = []
    while world.running:
        (attempt,) = world.running.values()
        order.append(attempt.task_id)
        world.report(attempt)
    assert sorted(order) == sorted(ids)
    return order


def submit_all(world: World, tasks: dict[str, Any]) -> list[str]:
    for id, fields in tasks.items():
        world.submit(id, **fields)
    return list(tasks)


def test_higher_priority_first_then_who_came_first():
    world = World()
    ids = submit_all(world, {"b": {}, "a": {}, "urgent": {"priority": 9}, "idle": {"priority": 1}})
    assert order_of_starts(world, ids) == ["urgent", "b", "a", "idle"]


def test_a_task_gains_a_priority_a_minute():
    world = World()
    world.submit("old", priority=1)
    world.pass_time(4 * 60 + 1)
    world.submit("new", priority=5)
    assert order_of_starts(world, ["old", "new"]) == ["old", "new"]


def test_no_stream_of_urgent_tasks_starves_another():
    world = World()
    world.join("w", 1)
    world.submit("patient", priority=0)
    for number in range(100):
        world.submit(f"urgent{number}", priority=5)
        if world.worker_of("patient"):
            break
        (attempt,) = world.running.values()
        world.pass_time(10.0)
        world.report(attempt)
    assert number <= 31


def test_shortest_first_by_what_was_learned_of_the_types():
    world = World(RuntimeConfig(order="shortest-first"))
    world.join("teacher", 2)
    submit_all(world, {"t1": {"type": "long"}, "t2": {"type": "short"}})
    world.end("t1", duration=100.0)
    world.end("t2", duration=1.0)
    world.tell(inputs.WorkerLeft("teacher"))
    tasks: dict[str, Any] = {"l": {"type": "long"}, "s": {"type": "short"}, "up": {"type": "long", "priority": 6}}
    assert order_of_starts(world, submit_all(world, tasks)) == ["up", "s", "l"]


def test_shortest_first_believes_an_estimate():
    world = World(RuntimeConfig(order="shortest-first"))
    ids = submit_all(world, {"long": {"estimated_duration": 60.0}, "short": {"estimated_duration": 1.0}})
    assert order_of_starts(world, ids) == ["short", "long"]


def test_deadline_first_within_a_priority():
    world = World(RuntimeConfig(order="deadline"))
    tasks: dict[str, Any] = {
        "none": {},
        "late": {"deadline": START + 900},
        "soon": {"deadline": START + 500},
        "up": {"priority": 6},
    }
    assert order_of_starts(world, submit_all(world, tasks)) == ["up", "soon", "late", "none"]


# --- a long queue ---------------------------------------------------------------------------------------------------

SMALL = RuntimeConfig(front=16, window=4)


def in_memory(world: World, ids: list[str]) -> int:
    return sum(world.machine.task(id) is not None for id in ids)


@pytest.mark.parametrize("shapes", [1, 3, 50])
def test_of_a_long_queue_only_the_front_is_in_memory_and_all_of_it_is_done_in_order(shapes):
    world = World(SMALL)
    ids = [f"t{number}" for number in range(200)]
    for number, id in enumerate(ids):
        world.submit(id, type=f"type{number % shapes}")
    assert in_memory(world, ids) <= 16
    order = order_of_starts(world, ids)
    if shapes == 1:
        assert order == ids


def test_after_a_restart_a_long_queue_is_done_in_order():
    world = World(SMALL)
    ids = [f"t{number}" for number in range(100)]
    for id in ids:
        world.submit(id)
    world.begin()
    assert order_of_starts(world, ids) == ids


def test_a_flood_of_one_shape_keeps_nobody_else_from_starting():
    world = World(SMALL)
    world.join("gpu", 1, capabilities=("gpu",))
    for number in range(100):
        world.submit(f"g{number}", capabilities=("gpu",))
    world.join("cpu", 1, capabilities=("cpu",))
    world.submit("c", capabilities=("cpu",))
    assert world.worker_of("c") == "cpu"


def test_floods_of_many_shapes_keep_nobody_else_from_starting():
    world = World(SMALL)
    for number in range(200):
        world.submit(f"g{number}", capabilities=("gpu",), type=f"type{number % 20}", priority=9)
    world.join("cpu", 1, capabilities=("cpu",))
    world.submit("c", capabilities=("cpu",), priority=1)
    assert world.worker_of("c") == "cpu"


def test_tasks_that_nobody_can_take_wait_and_keep_nobody_from_starting():
    world = World(SMALL)
    for number in range(100):
        world.submit(f"impossible{number}", capabilities=(f"no{number}",))
    world.submit("possible")
    world.join("w", 1)
    assert world.worker_of("possible") == "w"
    world.join("late", 1, capabilities=("no57",))
    assert world.worker_of("impossible57") == "late"


def test_after_a_restart_nobody_hides_behind_tasks_that_nobody_can_take():
    world = World(SMALL)
    for number in range(100):
        world.submit(f"impossible{number}", capabilities=(f"no{number % 40}",), priority=9)
    world.submit("possible")
    world.begin()
    world.join("w", 1)
    assert world.worker_of("possible") == "w"


def test_an_urgent_task_finds_a_place_in_a_full_front():
    world = World(SMALL)
    world.join("w", 1)
    world.submit("running")
    for number in range(100):
        world.submit(f"t{number}", type=f"type{number % 20}")
    world.submit("urgent", type="another", priority=9)
    world.end("running")
    assert world.worker_of("urgent") == "w"


def test_more_delayed_tasks_than_memory_holds_start_on_time():
    world = World(SMALL)
    world.join("w", 1000)
    for number in range(100):
        world.submit(f"t{number}", delay=float(1 + (number * 37) % 100))
    for second in range(1, 101):
        world.pass_time(1.0)
        started = sum(world.state(f"t{number}") == "assigned" for number in range(100))
        assert started == second
    assert world.machine.queued == 0


def test_delayed_tasks_are_found_after_a_restart():
    world = World(SMALL)
    for number in range(40):
        world.submit(f"t{number}", delay=10.0 + number)
    world.begin()
    world.join("w", 100)
    world.pass_time(20.5)
    assert sum(world.state(f"t{number}") == "assigned" for number in range(40)) == 11
    world.pass_time(100.0)
    assert world.machine.queued == 0


def test_nothing_is_planned_when_nothing_has_changed(monkeypatch):
    world = World()
    world.join("w", 1)
    world.submit("runs")
    for number in range(5):
        world.submit(f"waits{number}")

    def refuse(*_args, **_kwargs):
        raise AssertionError("planned although nobody has room")

    monkeypatch.setattr("apportion.core.balancer.LoadBalancer.select_worker", refuse)
    monkeypatch.setattr("apportion.core.balancer.LoadBalancer.reorder_queue", refuse)
    world.submit("waits too")
    world.pass_time(100.0)


def test_the_front_is_matched_as_a_whole():
    """The first task would do on either worker, the second only on one: nobody who looks at one at a time sees that."""
    world = World()
    world.submit("anywhere", capabilities=("x",))
    world.submit("special", capabilities=("x", "rare"))
    world.tell(*(inputs.WorkerJoined(worker) for worker in (_able("rare one", "x", "rare"), _able("plain one", "x"))))
    assert (world.worker_of("special"), world.worker_of("anywhere")) == ("rare one", "plain one")


def _able(id, *capabilities):
    from apportion.model.worker import WorkerInfo

    return WorkerInfo(id, capabilities, 1)


def test_small_tasks_do_not_keep_a_big_one_from_starting_for_ever():
    world = World(RuntimeConfig(reserve_after=60.0))
    world.join("w", 4)
    for number in range(8):
        world.submit(f"first{number}")
    world.submit("big", complexity=4)
    for number in range(200):
        world.submit(f"small{number}")
        world.pass_time(1.0)
        if world.worker_of("big"):
            break
        world.report(next(iter(world.running.values())))
    assert world.worker_of("big") == "w"
    assert 60 <= number <= 70
    world.end("big")
    assert world.machine.held == 4, "then the small ones have their turn again"


def test_a_worker_is_kept_only_as_long_as_there_is_a_reason():
    world = World(RuntimeConfig(reserve_after=10.0))
    world.join("w", 2)
    world.submit("one")
    world.submit("two")
    world.submit("big", complexity=2)
    world.submit("small", priority=4)
    world.pass_time(11.0)
    world.end("one")
    world.submit("smaller")
    assert world.worker_of("small") == "w"
    world.end("small")
    assert world.state("smaller") == "queued"
    world.ask(inputs.CancelAsked("big"))
    world.pass_time(0.0)
    assert world.worker_of("smaller") == "w"


def test_a_task_that_nobody_could_ever_take_does_not_stand_in_the_way_of_one_that_starves():
    world = World(RuntimeConfig(reserve_after=10.0))
    world.join("w", 2)
    world.submit("impossible", complexity=3, priority=9)
    world.submit("one")
    world.submit("two")
    world.submit("big", complexity=2)
    world.submit("small", priority=4)
    world.pass_time(11.0)
    world.end("one")
    world.end("two")
    world.end("small")
    assert world.worker_of("big") == "w"


def test_what_comes_later_does_not_overtake_what_is_in_the_store_only():
    world = World(SMALL)
    world.join("w", 1)
    for number in range(30):
        world.submit(f"t{number:03}")
    order = []
    for number in range(30, 90):
        (attempt,) = world.running.values()
        order.append(attempt.task_id)
        world.report(attempt)
        world.submit(f"t{number:03}")
    assert order == sorted(order)


def test_what_comes_while_the_store_is_read_is_not_forgotten():
    world = World(SMALL)
    world.join("w", 1)
    for number in range(30):
        world.submit(f"t{number}")
    world.loads_at_once = False
    started = 0
    while not world.loads:
        (attempt,) = world.running.values()
        world.report(attempt)
        started += 1
    read = carry_out(world.loads.pop(0), world.store)
    for number in range(30, 36):
        world.submit(f"t{number}")
    world.loads_at_once = True
    world.tell(read)
    while world.running:
        (attempt,) = world.running.values()
        world.report(attempt)
        started += 1
    assert started == 36


def test_however_long_a_read_takes_nobody_overtakes_what_it_will_bring():
    world = World(SMALL)
    world.join("w", 1)
    for number in range(30):
        world.submit(f"t{number}")
    world.loads_at_once = False
    while world.running:
        (attempt,) = world.running.values()
        world.report(attempt)
    world.submit("later")
    assert world.state("later") == "queued"
    world.loads_at_once = True
    world.deliver_load()
    assert world.worker_of("t5") == "w"
