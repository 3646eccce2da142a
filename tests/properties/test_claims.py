"""Claims, whatever happens: nobody is given what it did not ask for, and the machine keeps its other promises."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from apportion.errors import ApportionError
from apportion.runtime import inputs
from tests.properties.test_machine import WORKERS, MachineLife


class ClaimLife(MachineLife):
    """A machine's life with remote workers that ask when they like."""

    def __init__(self) -> None:
        super().__init__()
        self.claims: dict[int, int] = {}

    @rule(id=st.sampled_from(WORKERS), capacity=st.integers(1, 4), able=st.sets(st.sampled_from(("x", "y", "z"))))
    def join_remotely(self, id, capacity, able):
        self._forget(id)
        self.incarnations[id] = self.world.join(id, capacity, leased=True, eager=False, capabilities=able)

    @rule(id=st.sampled_from(WORKERS), most=st.integers(1, 3), wait=st.sampled_from([0.0, 5.0, 60.0]))
    def claim(self, id, most, wait):
        self.claims[self.world.claim(id, most, wait)] = most

    @rule(pick=st.integers(0))
    @precondition(lambda self: self.claims)
    def withdraw(self, pick):
        number = sorted(self.claims)[pick % len(self.claims)]
        for id in WORKERS:
            self.world.tell(inputs.ClaimWithdrawn(id, number))

    @rule(pick=st.integers(0), id=st.sampled_from(WORKERS))
    @precondition(lambda self: self.past)
    def release_what_is_void(self, pick, id):
        attempt = self.past[pick % len(self.past)]
        with suppress(ApportionError):
            self.world.ask(inputs.AttemptReleased(attempt.task_id, id, attempt.lease))

    @rule(id=st.sampled_from(WORKERS), pick=st.integers(0))
    @precondition(lambda self: self.past)
    def heartbeat_of_a_zombie(self, id, pick):
        """What is void is not renewed; what this names and holds is."""
        attempt = self.past[pick % len(self.past)]
        with suppress(ApportionError):
            self.world.ask(inputs.Heartbeat(id, None, {attempt.task_id: attempt.lease}))

    def the_process_dies(self):
        self.claims.clear()
        super().the_process_dies()

    @invariant()
    def a_claim_brings_no_more_than_was_asked_for(self):
        for number, most in self.claims.items():
            answer = self.world.answers.get(number)
            if answer is not None and answer.error is None:
                assert len(answer.value) <= most

    @invariant()
    def whoever_asks_is_there_and_waits(self):
        for id, member in self.world.machine._books.asking.items():
            assert self.world.machine.member(id) is member
            assert member.claim is not None
            assert not member.claim.given
            assert not member.draining


TestClaimLife = ClaimLife.TestCase
TestClaimLife.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
