"""Fair share between tenants, priority within one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.config import RuntimeConfig
from apportion.model.task_record import Task
from apportion.ports import Insert
from apportion.runtime import inputs
from apportion.stores.memory import MemoryStore
from tests.runtime.world import START, World


def starts(world: World, number: int, **durations: float) -> list[str]:
    """Let the running attempts end one by one, first come first, and return their tenants."""
    order: list[str] = []
    for _ in range(number):
        if not world.running:
            break
        attempt = next(iter(world.running.values()))
        world.pass_time(1.0)
        order.append(world.stored(attempt.task_id).tenant)
        world.report(attempt, duration=durations.get(attempt.task_type, 1.0))
    return order


@pytest.mark.parametrize("length", [10_000, pytest.param(100_000, marks=pytest.mark.proof)])
def test_a_flood_of_one_tenant_does_not_delay_anothers_ten(length):
    """The flood is in the store already, as after a restart."""
    store = MemoryStore()
    flood = [
        Task(f"f{number:06}", "work", tenant="flood", rank=START - 600 + 1e-3 * number) for number in range(length)
    ]
    store.commit([Insert(task) for task in flood])
    world = World(store=store)
    world.join("w", 4)
    for number in range(10):
        world.submit(f"few{number}", tenant="few", priority=1)
    assert starts(world, 30).count("few") == 10
    assert len(world.machine._books.front) <= 8192


def test_two_floods_share_by_weight():
    world = World(RuntimeConfig(tenant_weights={"gold": 3.0}, front=64))
    for number in range(200):
        world.submit(f"g{number}", tenant="gold", type=f"type {number % 3}")
        world.submit(f"s{number}", tenant="silver", type=f"type {number % 3}")
    world.join("w", 2)
    order = starts(world, 120)
    assert 85 <= order.count("gold") <= 95


def test_long_tasks_cost_their_tenant_more():
    world = World()
    world.submit("learn long", type="long")
    world.submit("learn short", type="short")
    world.join("w", 2)
    world.end("learn long", duration=10.0)
    world.end("learn short", duration=1.0)
    for number in range(100):
        world.submit(f"l{number}", tenant="long", type="long")
        world.submit(f"s{number}", tenant="short", type="short")
    order = starts(world, 66, long=10.0, short=1.0)
    assert 5 <= order.count("long") <= 8


def test_priorities_are_a_tenants_own():
    world = World()
    for number in range(20):
        world.submit(f"loud{number}", tenant="loud", priority=1000, type=f"type {number % 2}")
    for number in range(20):
        world.submit(f"meek{number:02}", tenant="meek", priority=number % 2, type=f"type {number % 2}")
    world.join("w", 1)
    order = starts(world, 20)
    assert 9 <= order.count("meek") <= 11
    ended = [change.task for change in world.written if change.task.state == "succeeded"]
    meek = [task.id for task in ended if task.tenant == "meek"]
    assert all(int(id[-2:]) % 2 for id in meek), "within a tenant the higher priority goes first"


@pytest.mark.parametrize("tenants", [2, 5])
@settings(max_examples=20)
@given(st.data())
def test_shares_differ_by_one_task_at_most(tenants, data):
    """A model: as long as all have tasks of one size waiting, nobody is more than a task ahead of another."""
    world = World(RuntimeConfig(front=32))
    capacity = data.draw(st.integers(1, 4))
    names = [f"tenant {number}" for number in range(tenants)]
    for number in range(12):
        for name in names:
            kind = data.draw(st.sampled_from(["a", "b"])) if number < 4 else "a"
            world.submit(f"{name} {number}", tenant=name, type=kind, priority=data.draw(st.sampled_from([1, 5])))
    world.join("w", capacity)
    started = dict.fromkeys(names, 0)
    for change in world.written:
        if change.task.state == "assigned":
            started[change.task.tenant] += 1
    seen = len(world.written)
    for _ in range(6 * tenants):
        starts(world, 1)
        for change in world.written[seen:]:
            if change.task.state == "assigned":
                started[change.task.tenant] += 1
        seen = len(world.written)
        assert max(started.values()) - min(started.values()) <= 1 + (capacity > 1)


def test_every_tenants_queue_is_done_to_its_end():
    world = World(RuntimeConfig(front=16, window=4))
    for number in range(40):
        for tenant in range(7):
            world.submit(f"t{tenant} {number}", tenant=f"t{tenant}", type=f"type {number % 5}")
    world.join("w", 2)
    assert len(starts(world, 1000)) == 280
    assert world.machine.queued == 0


def test_a_tenant_whose_turn_it_is_but_that_nobody_can_serve_holds_up_nobody():
    world = World()
    for number in range(5):
        world.submit(f"gpu{number}", tenant="gpu", capabilities=("gpu",))
        world.submit(f"cpu{number}", tenant="cpu")
    world.join("w", 2)
    assert starts(world, 10) == ["cpu"] * 5
    world.join("g", 9, capabilities=("gpu",))
    assert len(world.running) == 5


def test_a_task_of_another_tenant_is_found_in_memory_and_cancelled():
    world = World()
    world.submit("a", tenant="acme")
    assert world.ask(inputs.CancelAsked("a")) is True
    world.join("w", 1)
    assert not world.running
