"""How often a call is repeated, after which pauses, and when it is given up: without a network, in virtual time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apportion.clock import VirtualClock, fresh_random
from apportion.errors import ServiceUnavailableError
from apportion.sdk.asking import Asking
from apportion.sdk.settings import ClientConfig
from apportion.sdk.talk import Heard, Lost, Pause, Reply, Request

REQUEST = Request("GET", "/v1/workers")
OK = Reply(200, b"{}")


class Conversation:
    """Plays the service: hears requests, and lets pauses pass."""

    def __init__(self, config: ClientConfig, answer: Callable[[int], Heard], seconds: float = 0.0) -> None:
        self.clock = VirtualClock()
        self.asking = Asking("http://there", config, self.clock, fresh_random(1))
        self.pauses: list[float] = []
        self.asked = 0
        self._answer = answer
        self._seconds = seconds

    def ask(self) -> Reply:
        talk = self.asking.ask(REQUEST)
        step = next(talk)
        try:
            while True:
                if isinstance(step, Pause):
                    self.pauses.append(step.seconds)
                    self.clock.advance(step.seconds)
                    step = talk.send(None)
                else:
                    self.asked += 1
                    self.clock.advance(self._seconds)
                    step = talk.send(self._answer(self.asked))
        except StopIteration as end:
            reply: Reply = end.value
            return reply


def test_pauses_grow_are_random_and_have_a_limit():
    config = ClientConfig(patience=1000, first_pause=0.1, longest_pause=2, retry_reserve=100)
    talk = Conversation(config, lambda asked: OK if asked == 12 else Lost("gone"))
    reply = talk.ask()
    assert (reply.status, reply.doubted, talk.asked) == (200, True, 12)
    wanted = [min(2.0, 0.1 * 2**n) for n in range(11)]
    assert all(want / 2 <= pause <= want for pause, want in zip(talk.pauses, wanted, strict=True))
    assert len(set(talk.pauses)) == 11


def test_what_is_refused_for_now_is_repeated_when_the_service_says():
    talk = Conversation(ClientConfig(), lambda asked: OK if asked == 2 else Reply(503, b"", retry_after=4))
    assert talk.ask().doubted is False
    assert 4 < talk.pauses[0] < 5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 429, 500])
def test_refusals_are_answers(status):
    talk = Conversation(ClientConfig(), lambda asked: Reply(status, b""))
    assert (talk.ask().status, talk.asked) == (status, 1)


def test_patience_ends():
    talk = Conversation(ClientConfig(patience=10), lambda asked: Lost("ConnectError: refused"))
    with pytest.raises(ServiceUnavailableError, match="ConnectError: refused"):
        talk.ask()
    assert 5 < talk.clock() <= 10
    still_503 = Conversation(ClientConfig(patience=10), lambda asked: Reply(503, b""))
    assert still_503.ask().status == 503


def test_no_patience_is_one_try():
    talk = Conversation(ClientConfig(patience=0), lambda asked: Lost("gone"))
    with pytest.raises(ServiceUnavailableError, match="asked once"):
        talk.ask()


def test_a_full_queue_is_waited_for_as_long_as_was_said():
    full = Reply(429, b"", retry_after=1)
    talk = Conversation(ClientConfig(wait_for_room=5), lambda asked: full)
    assert (talk.ask().status, talk.asked > 2) == (429, True)
    assert talk.clock() <= 5


def test_a_service_in_trouble_is_not_asked_ever_more():
    """A thousand calls, of which each would be repeated for ever: the budget lets the load grow by a fifth."""
    config = ClientConfig(patience=1e6, first_pause=1e-6, longest_pause=1e-6, retry_share=0.2, retry_reserve=10)

    def answer(asked: int) -> Heard:
        return OK if asked % 3 == 0 else Reply(503, b"")

    talk = Conversation(config, answer)
    for _ in range(1000):
        talk.ask()
    assert talk.asked <= 1000 * 1.2 + 20


def test_time_gives_the_reserve_back():
    config = ClientConfig(patience=1e6, first_pause=1e-6, longest_pause=1e-6, retry_share=0, retry_reserve=3)
    talk = Conversation(config, lambda asked: Reply(503, b""))
    talk.ask()
    assert talk.asked == 4
    talk.clock.advance(2.5)
    talk.ask()
    assert talk.asked == 4 + 3
