"""What a handler can raise to say more than "it failed"."""

from __future__ import annotations

from apportion import validation


class Busy(Exception):
    """The worker was asked too much (a provider's 429): try again in ``seconds``. Neither success nor failure."""

    def __init__(self, seconds: float) -> None:
        self.seconds = validation.number("Busy.seconds", seconds, least=0)
        super().__init__(f"busy, to be tried again in {self.seconds:g} s")


class Fatal(Exception):
    """The task can never succeed: it fails at once, however many attempts it has left."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
