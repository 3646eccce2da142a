"""What a worker may believe of its leases, by its own clock."""

from __future__ import annotations

from apportion.clock import VirtualClock
from apportion.ports import Attempt
from apportion.sdk.work.holdings import Holdings
from apportion.sdk.work.keeper import Beat


class World:
    """A worker's holdings with leases of ten seconds, and what the keeper has said and nobody has heard yet."""

    def __init__(self) -> None:
        self.clock = VirtualClock(100.0)
        self.unheard: list[Beat] = []
        self.holdings = Holdings(10.0, self.clock, self.catch_up)

    def catch_up(self) -> None:
        for beat in self.unheard:
            for lost in self.holdings.renewed(beat):
                lost.stopped = True
        self.unheard.clear()

    def hold(self, id="t", lease=1, line=1):
        (holding,), _ = self.holdings.add([Attempt(id, "type", None, "w", 1, lease, None)])
        holding.line = line
        return holding


def test_a_lease_lasts_from_the_sending_of_its_last_renewal():
    world = World()
    holding = world.hold()
    world.clock.advance(6)
    world.holdings.renewed(Beat(at=104.0, seen=1))
    world.clock.advance(7.9)  # 113.9
    assert world.holdings.may_report(holding)
    world.clock.advance(0.1)
    assert not world.holdings.may_report(holding)


def test_what_the_keeper_had_not_been_told_is_not_renewed():
    world = World()
    holding = world.hold(line=2)
    world.holdings.renewed(Beat(at=109.0, seen=1))
    world.clock.advance(10)
    assert not world.holdings.may_report(holding)


def test_what_the_keeper_said_while_this_process_was_held_up_counts():
    world = World()
    holding = world.hold()
    world.unheard.append(Beat(at=115.0, seen=1))
    world.clock.advance(20)
    assert world.holdings.may_report(holding)
    world.unheard.append(Beat(at=121.0, seen=1, void=(("t", 1),)))
    world.clock.advance(10)
    assert not world.holdings.may_report(holding)


def test_a_task_is_stopped_while_a_tenth_of_its_lease_is_left():
    world = World()
    holding = world.hold()
    world.clock.advance(8.9)
    assert world.holdings.running_out() == []
    world.clock.advance(0.1)
    assert world.holdings.running_out() == [holding]
    holding.ended = True  # it is done, and waits for its report to be answered: there is nothing to stop
    assert world.holdings.running_out() == []


def test_only_the_lease_that_was_named_is_taken_back():
    world = World()
    old, new = world.hold(lease=1), world.hold(lease=2, line=2)
    assert world.holdings.renewed(Beat(at=101.0, seen=2, void=(("t", 1),))) == [old]
    assert world.holdings.renewed(Beat(at=101.0, seen=2, void=(("t", None),))) == [old, new]


def test_a_task_that_is_handed_out_anew_voids_its_older_lease():
    world = World()
    old = world.hold(lease=1)
    _, older = world.holdings.add([Attempt("t", "type", None, "w", 2, 2, None)])
    assert older == [old]
    world.holdings.drop([("t", 1)])
    assert world.holdings.leases() == [("t", 2)]
    world.holdings.drop([("t", 2), ("t", 2)])
    assert len(world.holdings) == 0


def test_what_was_stopped_is_renewed_no_more():
    world = World()
    holding = world.hold()
    holding.stopped = True
    world.holdings.renewed(Beat(at=109.0, seen=1))
    assert holding.until == 110.0
