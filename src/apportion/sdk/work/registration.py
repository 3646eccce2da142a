"""How a worker makes itself known, and does so again when the service has forgotten it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from apportion.errors import ConfigurationError
from apportion.sdk.question import Question
from apportion.sdk.transport import AsyncTransport
from apportion.wire.workers import Registered, Registration

_MOST, _WITHIN = 4, 10.0
"""Registrations within so many seconds, or within one lease, after which it is no accident any more."""


@dataclass(slots=True)
class Identity:
    """Who a worker is, as the service told it."""

    id: str
    incarnation: int
    heartbeat_interval: float
    lease_seconds: float


class Registering:
    """Registers a worker.

    Args:
        transport: carries it out.
        question: repeats it until there is an answer.
        said: what the worker says of itself.
        moved: called after each further registration.
    """

    def __init__(
        self, transport: AsyncTransport, question: Question, said: Registration, moved: Callable[[Identity], None]
    ) -> None:
        self._transport = transport
        self._question = question
        self._said = said
        self._moved = moved
        self._lock = asyncio.Lock()
        self._times: deque[float] = deque(maxlen=_MOST)
        self.identity = Identity("", 0, 0.0, 0.0)

    async def register(self) -> Identity:
        """Register for the first time.

        Raises:
            ApportionError: the service refuses.
        """
        body = msgspec.json.encode(self._said)
        told = await self._transport.run(self._question.post("/v1/workers", body, Registered))
        self._said.id = told.id  # it keeps its name, whatever happens
        self._times.append(self._question.asking.clock())
        self.identity = Identity(told.id, told.incarnation, told.heartbeat_interval, told.lease_seconds)
        return self.identity

    async def again(self, unknown: int) -> None:
        """Register anew, unless that was done since.

        Args:
            unknown: the registration that the service does not know.

        Raises:
            ConfigurationError: somebody else registers under the same id all the time.
        """
        async with self._lock:
            if self.identity.incarnation != unknown:
                return
            spell = self._times[-1] - self._times[0]
            if len(self._times) == _MOST and spell < max(_WITHIN, self.identity.lease_seconds):
                raise ConfigurationError(
                    f"another worker registers as {self.identity.id!r} again and again; give each an id of its own"
                )
            self._moved(await self.register())
