"""Remote workers ask for work, and are given none otherwise; silence is judged with care."""

import pytest

from apportion.config import RuntimeConfig
from apportion.errors import TaskConflictError, UnknownWorkerError
from apportion.events import TaskRequeued
from apportion.model.worker import WorkerStatus
from apportion.runtime import inputs
from tests.runtime.world import World

LEASED = RuntimeConfig(lease_seconds=15.0, heartbeat_interval=5.0)


def test_a_worker_that_has_not_asked_is_given_nothing():
    world = World(LEASED)
    world.join("w", 5, leased=True, eager=False)
    world.submit("t")
    assert world.state("t") == "queued"
    claim = world.claim("w")
    assert world.claimed(claim) == ["t"]
    world.submit("next")
    assert world.state("next") == "queued", "a claim is answered once"


def test_a_claim_is_answered_as_soon_as_there_is_anything():
    world = World(LEASED)
    world.join("w", 5, leased=True, eager=False)
    claim = world.claim("w")
    assert world.claimed(claim) is None
    world.submit("t")
    assert world.claimed(claim) == ["t"]


def test_a_claim_brings_all_that_fits_and_no_more_than_was_asked_for():
    world = World(LEASED)
    world.join("w", 5, leased=True, eager=False)
    for number in range(9):
        world.submit(f"t{number}")
    assert world.claimed(world.claim("w", most=2)) == ["t0", "t1"]
    assert world.claimed(world.claim("w")) == ["t2", "t3", "t4"]
    full = world.claim("w")
    assert world.claimed(full) is None
    world.end("t0")
    assert world.claimed(full) == ["t5"]


def test_what_one_worker_did_not_ask_for_goes_to_another_at_once():
    world = World(LEASED)
    for id in ("a", "b"):
        world.join(id, 9, leased=True, eager=False)
    one, other = world.claim("a", most=1), world.claim("b", most=9)
    world.tell(*(inputs.TaskSubmitted(task) for task in tasks_of_two_shapes()))
    assert len(world.claimed(one) or ()) == 1
    assert len(world.claimed(other) or ()) == 5


def tasks_of_two_shapes():
    world = World(LEASED)
    for number in range(6):
        world.submit(f"t{number}", complexity=1 + number % 2)
    return [world.stored(f"t{number}") for number in range(6)]


def test_a_claim_ends_with_its_wait():
    world = World(LEASED)
    world.join("w", leased=True, eager=False)
    assert world.claimed(world.claim("w", wait=0)) == []
    claim = world.claim("w", wait=10.0)
    world.pass_time(9.0)
    assert world.claimed(claim) is None
    world.pass_time(1.0)
    assert world.claimed(claim) == []
    world.submit("t")
    assert world.state("t") == "queued"


def test_a_second_claim_takes_the_place_of_the_first():
    world = World(LEASED)
    world.join("w", leased=True, eager=False)
    first, second = world.claim("w"), world.claim("w")
    assert (world.claimed(first), world.claimed(second)) == ([], None)
    world.submit("t")
    assert world.claimed(second) == ["t"]


def test_a_withdrawn_claim_brings_nothing():
    world = World(LEASED)
    world.join("w", leased=True, eager=False)
    claim = world.claim("w")
    world.tell(inputs.ClaimWithdrawn("w", claim))
    world.submit("t")
    assert world.state("t") == "queued"


@pytest.mark.parametrize("ask", [inputs.DrainAsked, inputs.WorkerLeft])
def test_a_worker_that_drains_or_leaves_need_not_wait(ask):
    world = World(LEASED)
    world.join("w", leased=True, eager=False)
    claim = world.claim("w")
    world.ask(ask("w"))
    assert world.claimed(claim) == []


def test_when_nothing_new_starts_nobody_need_wait():
    world = World(LEASED)
    world.join("w", leased=True, eager=False)
    claim = world.claim("w")
    world.tell(inputs.StopAsked())
    assert world.claimed(claim) == []
    assert world.claimed(world.claim("w")) == []


def test_an_old_registration_is_given_nothing():
    world = World(LEASED)
    old = world.join("w", leased=True, eager=False)
    world.join("w", leased=True, eager=False)
    with pytest.raises(UnknownWorkerError, match=f"not of incarnation {old} any more: a later one took its place"):
        world.claimed(world.claim("w", incarnation=old))
    with pytest.raises(UnknownWorkerError):
        world.claimed(world.claim("nobody"))


def test_the_lease_begins_with_the_answer():
    world = World(LEASED)
    world.join("w", leased=True, eager=False)
    another = world.join("another", leased=True, eager=False)
    world.submit("t")
    claim = world.claim("w")
    world.pass_time(14.0)
    world.ask(inputs.Heartbeat("another", another, {}))
    world.ask(inputs.Heartbeat("w", None, {"t": 1}))
    world.tell(inputs.ClaimAnswered("w", [("t", 1)]))
    world.pass_time(14.0)
    assert world.claimed(claim) == ["t"]
    assert world.state("t") == "assigned"


def test_a_worker_that_comes_back_under_its_id_before_its_lease_ends_has_died():
    world = World(LEASED)
    for _ in range(3):
        world.join("w", leased=True)
        if world.store.get("t") is None:
            world.submit("t", max_attempts=1)
    assert world.stored("t").deaths == 2
    world.join("w", leased=True)
    assert (world.state("t"), world.stored("t").error) == (
        "failed",
        "poison: 3 workers died while they held it; the last, worker 'w': it registered anew",
    )


# --- silence --------------------------------------------------------------------------------------------------------


def fleet(size, held=1):
    world = World(LEASED)
    incarnations = {f"w{number}": world.join(f"w{number}", held, leased=True) for number in range(size)}
    for number in range(size * held):
        world.submit(f"t{number}")
    assert world.machine.held == size * held
    for id in list(world.eager):
        world.ask(inputs.DrainAsked(id))
    return world, incarnations


def hear(world, incarnations, ids, named=None):
    for id in ids:
        world.ask(inputs.Heartbeat(id, incarnations[id], named or {}))


def pass_time_hearing(world, incarnations, ids, seconds, named=None):
    for _ in range(int(seconds)):
        world.pass_time(1.0)
        hear(world, incarnations, ids, named)


def lost(world):
    return [fact.worker_id for fact in world.told(TaskRequeued)]


def test_while_every_worker_is_silent_nothing_is_taken_away():
    world, incarnations = fleet(3)
    world.pass_time(1000.0)
    world.pass_time(1000.0)
    assert lost(world) == []
    hear(world, incarnations, ["w1"])
    world.pass_time(1.1)
    assert sorted(lost(world)) == ["w0", "w2"], "the ordinary rule, as soon as one calls again"


def test_while_most_of_many_are_silent_one_worker_at_a_time_loses_what_it_holds():
    world, incarnations = fleet(20, held=2)
    alive = [f"w{number}" for number in range(8)]
    pass_time_hearing(world, incarnations, alive, 16)
    assert len(set(lost(world))) == 1
    assert len(lost(world)) == 2, "all that the one held"
    pass_time_hearing(world, incarnations, alive, 5)
    assert len(set(lost(world))) == 2
    pass_time_hearing(world, incarnations, alive, 60)
    assert set(lost(world)) == set(incarnations) - set(alive)


def test_a_minority_that_is_silent_loses_everything_at_once():
    world, incarnations = fleet(20)
    alive = [f"w{number}" for number in range(10)]
    pass_time_hearing(world, incarnations, alive, 17)
    assert set(lost(world)) == set(incarnations) - set(alive)


def test_a_silent_worker_is_shown_as_offline_until_it_calls():
    world, incarnations = fleet(1)
    world.pass_time(16.0)
    assert [worker.status for worker in world.machine.workers()] == [WorkerStatus.OFFLINE]
    hear(world, incarnations, ["w0"])
    assert [worker.status for worker in world.machine.workers()] == [WorkerStatus.DRAINING]


def test_a_worker_that_holds_nothing_and_is_silent_for_an_hour_is_forgotten():
    world = World(LEASED)
    incarnation = world.join("w", leased=True, eager=False)
    for _ in range(300):
        world.pass_time(15.0)
    with pytest.raises(UnknownWorkerError):
        world.ask(inputs.Heartbeat("w", incarnation, {}))


# --- restart --------------------------------------------------------------------------------------------------------


def test_over_a_restart_a_worker_keeps_what_it_holds():
    world = World(LEASED)
    incarnation = world.join("w", 3, leased=True, capabilities={"x"})
    world.submit("t", capabilities={"x"})
    attempt = world.attempt("t")
    world.begin()
    assert (world.state("t"), world.stored("t").lease) == ("assigned", 1)
    world.pass_time(14.0)
    assert world.ask(inputs.Heartbeat("w", incarnation, {"t": 1})).taken_back == ()
    world.pass_time(14.0)
    world.report(attempt)
    assert world.state("t") == "succeeded"
    world.submit("u", capabilities={"x"})
    assert world.claimed(world.claim("w", incarnation=incarnation)) == ["u"]


def test_after_a_restart_a_worker_that_does_not_come_back_loses_what_it_held():
    world, incarnations = fleet(2)
    named = {id: attempt.lease for (id, _), attempt in world.running.items() if attempt.worker_id == "w1"}
    world.begin()
    pass_time_hearing(world, incarnations, ["w1"], 14, named)
    assert world.machine.held == 2
    pass_time_hearing(world, incarnations, ["w1"], 3, named)
    assert lost(world) == ["w0"]
    assert world.machine.held == 1


def test_after_a_restart_a_worker_does_not_keep_alive_what_it_may_never_have_been_told_of():
    world, incarnations = fleet(1)
    world.begin()
    world.join("another", leased=True, eager=False)
    pass_time_hearing(world, incarnations, ["w0"], 16)
    assert lost(world) == ["w0"], "it named nothing"


def test_after_a_restart_a_worker_that_had_left_is_unknown():
    world = World(LEASED)
    incarnation = world.join("w", leased=True)
    world.submit("t")
    world.ask(inputs.WorkerLeft("w"))
    world.begin()
    with pytest.raises(UnknownWorkerError):
        world.ask(inputs.Heartbeat("w", incarnation, {}))


def test_a_stale_worker_is_refused_by_every_verb():
    world = World(LEASED)
    world.join("w", leased=True)
    world.submit("t")
    old = world.attempt("t")
    world.join("w", leased=True)
    with pytest.raises(TaskConflictError):
        world.report(old)
    with pytest.raises(TaskConflictError):
        world.ask(inputs.AttemptReleased("t", "w", old.lease))
    assert world.stored("t").lease == 2
