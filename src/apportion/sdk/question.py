"""How a call is put to a service, and its answer read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

from apportion.sdk.asking import Asking
from apportion.sdk.problems import problem_of, read
from apportion.sdk.talk import Reply, Request, Talk

T = TypeVar("T")

_FOREVER = float("inf")


class Question:
    """What all calls are made of.

    Args:
        url: of the service.
        asking: repeats what may be repeated.
    """

    def __init__(self, url: str, asking: Asking) -> None:
        self.url = url
        self.asking = asking

    def path(self, *parts: str) -> str:
        """Return an address: ids may hold anything."""
        return "/v1/" + "/".join(quote(part, safe="") for part in parts)

    def fetch(
        self,
        parts: tuple[str, ...],
        shape: type[T],
        query: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Talk[T]:
        """Get what is at an address."""
        request = Request("GET", self.path(*parts), None, query or {}, timeout)
        return read((yield from self.asking.ask(request)), shape, request, self.url)

    def post(
        self, path: str, body: bytes, shape: type[T], method: str = "POST", timeout: float | None = None
    ) -> Talk[T]:
        """Send a message, and return the answer."""
        request = Request(method, path, body, timeout=timeout)
        return read((yield from self.asking.ask(request)), shape, request, self.url)

    def send(self, method: str, path: str) -> Talk[Reply]:
        """Ask without a message, and return the answer as it came."""
        return (yield from self.asking.ask(Request(method, path)))

    def value(self, reply: Reply, shape: type[T], method: str, path: str) -> T:
        """Return the value of an answer.

        Raises:
            ApportionError: it is a refusal.
        """
        return read(reply, shape, Request(method, path), self.url)

    def state_of(self, reply: Reply) -> str | None:
        """Return the state that a conflict names, or None where it is no conflict."""
        return problem_of(reply).state if reply.status == 409 else None

    def deadline(self, timeout: float | None) -> float:
        """Return when a wait is over."""
        return _FOREVER if timeout is None else self.asking.clock() + timeout

    def left(self, deadline: float, most: float = _FOREVER) -> float:
        """Return how many seconds are left, and no more than so many."""
        return max(0.0, min(most, deadline - self.asking.clock()))
