"""What heartbeats say besides that somebody lives: what it holds, and how much others gave it."""

from apportion.config import RuntimeConfig
from apportion.runtime import inputs
from tests.runtime.world import World

CONFIG = RuntimeConfig(lease_seconds=15.0)


def beat(world: World, id: str, **fields):
    held = fields.pop("held", None)
    return world.ask(inputs.Heartbeat(id, None, held, **fields))


def test_foreign_load_counts_against_room_once_two_heartbeats_say_so():
    world = World(CONFIG)
    world.join("w", 10, leased=True)
    beat(world, "w", load=8.0)
    beat(world, "w", load=8.0)
    for number in range(4):
        world.submit(f"t{number}")
    assert world.machine.held == 2
    beat(world, "w", load=9.0)
    assert world.machine.held == 3, "of nine, two are its own, and seven others'"
    beat(world, "w", load=3.0)
    assert world.machine.held == 4


def test_load_of_what_has_just_ended_is_not_foreign():
    world = World(CONFIG)
    world.join("w", 2, leased=True)
    world.submit("a")
    world.submit("b")
    beat(world, "w", load=2.0)
    world.end("a")
    beat(world, "w", load=2.0)
    world.submit("c")
    assert world.worker_of("c") == "w"


def test_foreign_load_beyond_all_capacity_leaves_no_debt():
    world = World(CONFIG)
    world.join("w", 2, leased=True)
    world.submit("a")
    for load in (50.0, 50.0, 1.0):
        beat(world, "w", load=load)
    world.submit("b")
    assert world.worker_of("b") == "w"


def test_a_lost_answer_is_found_out_by_a_worker_that_says_it_holds_nothing():
    """The task was handed out, and the answer was lost: what an idle worker renews must not keep it for ever."""
    world = World(CONFIG)
    world.join("w", 2, leased=True)
    world.submit("lost")
    for _ in range(5):
        world.pass_time(5.0)
        beat(world, "w", held={}, load=0.0)
    assert world.stored("lost").lease == 2, "it was taken away, and handed out again"


def test_a_worker_that_names_nothing_ever_keeps_what_it_holds_by_empty_heartbeats():
    world = World(CONFIG)
    world.join("w", 2, leased=True)
    world.submit("t")
    for number in range(10):
        world.pass_time(5.0)
        beat(world, "w", held={} if number % 2 else None)
    assert world.stored("t").lease == 1


def test_what_was_named_once_is_renewed_by_an_empty_list():
    world = World(CONFIG)
    world.join("w", 2, leased=True)
    world.submit("t")
    beat(world, "w", held={"t": 1})
    for _ in range(10):
        world.pass_time(5.0)
        beat(world, "w", held={})
    assert world.stored("t").lease == 1


# --- suspects -------------------------------------------------------------------------------------------------------


def died_twice(world: World) -> None:
    world.submit("suspect")
    for number in range(2):
        world.join(f"victim{number}", 4)
        world.tell(inputs.WorkerLost(f"victim{number}"))
    assert world.stored("suspect").deaths == 2


def test_a_task_with_two_deaths_runs_alone_on_its_worker():
    world = World()
    died_twice(world)
    world.join("w", 4)
    assert world.worker_of("suspect") == "w"
    world.submit("innocent")
    assert world.state("innocent") == "queued"
    world.join("other", 4)
    assert world.worker_of("innocent") == "other"
    world.end("suspect")
    world.submit("next")
    world.submit("after next")
    assert {world.worker_of("next"), world.worker_of("after next")} <= {"w", "other"}


def test_a_suspect_waits_until_a_worker_is_empty_and_kills_nobodys_work():
    world = World(RuntimeConfig(reserve_after=5.0))
    died_twice(world)
    world.submit("a", priority=99)
    world.submit("b", priority=99)
    world.join("w", 2)
    world.end("a")
    assert world.state("suspect") == "queued", "beside b it would be no harmless company"
    world.pass_time(6.0)
    for number in range(4):
        world.submit(f"small{number}")
    world.end("b")
    while world.worker_of("suspect") is None:
        world.end(world.machine.holdings()[0].id)
    assert world.machine.held == 1
    world.tell(inputs.WorkerLost("w"))
    assert world.state("suspect") == "failed"
    assert all(world.stored(f"small{number}").deaths == 0 for number in range(4))


def test_a_suspect_is_alone_after_a_restart_too():
    world = World()
    died_twice(world)
    world.join("far", 4, leased=True)
    assert world.worker_of("suspect") == "far"
    world.begin()
    world.ask_for_work("far")
    world.submit("innocent")
    assert world.state("innocent") == "queued"
