"""A worker's line to the service: everything that it says there, but heartbeats."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import msgspec

from apportion.clock import Clock
from apportion.ports import Attempt
from apportion.sdk.asking import Asking
from apportion.sdk.question import Question
from apportion.sdk.settings import ClientConfig
from apportion.sdk.talk import Reply, Request
from apportion.sdk.transport import AsyncTransport
from apportion.sdk.work.config import WorkerConfig
from apportion.sdk.work.registration import Identity, Registering
from apportion.wire.workers import ClaimBody, Registration, Release

_log = logging.getLogger("apportion.worker")

_FOR_EVER = 1e9


class Line:
    """Says what a worker has to say until there is an answer, however long that takes.

    Args:
        url: of the service.
        token: or None.
        said: what the worker says of itself.
        config: how it behaves.
        moved: called when it has registered anew.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        url: str,
        token: str | None,
        said: Registration,
        config: WorkerConfig,
        moved: Callable[[Identity], None],
        clock: Clock,
    ) -> None:
        patient = ClientConfig(
            config.timeout, _FOR_EVER, _FOR_EVER, longest_pause=config.longest_pause, retry_reserve=_FOR_EVER
        )
        self._url = url
        self._timeout = config.timeout
        self._transport = AsyncTransport(url, token, patient)
        self._question = Question(url, Asking(url, patient, clock))
        self._registering = Registering(self._transport, self._question, said, moved)

    @property
    def identity(self) -> Identity:
        """Who the worker is now."""
        return self._registering.identity

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def register(self, stopping: asyncio.Event) -> Identity | None:
        """Register, however long that takes; None: the worker was asked to end before.

        Raises:
            ApportionError: the service refuses.
        """
        registering = asyncio.ensure_future(self._registering.register())
        stopped = asyncio.ensure_future(stopping.wait())
        try:
            done, _ = await asyncio.wait({registering, stopped}, timeout=1, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                why = self._question.asking.lost
                said = "" if why is None else f" ({why})"
                _log.warning("no answer from %s yet%s; it is asked until there is one", self._url, said)
                await asyncio.wait({registering, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return registering.result() if registering.done() else None
        finally:
            registering.cancel()
            stopped.cancel()

    async def register_again(self, unknown: int) -> None:
        """Register anew; see `Registering.again`."""
        await self._registering.again(unknown)

    async def claim(self, most: int, wait: float) -> tuple[Request, Reply]:
        """Ask for work."""

        def body(incarnation: int) -> bytes:
            return msgspec.json.encode(ClaimBody(most, wait, incarnation))

        return await self._verb("claim", body, wait + self._timeout)

    async def report(self, completions: bytes) -> tuple[Request, Reply]:
        """Say how attempts ended."""
        return await self._verb("complete", lambda _: completions, self._timeout)

    async def _verb(self, verb: str, body: Callable[[int], bytes], seconds: float) -> tuple[Request, Reply]:
        """Send a verb of this worker; register again where the service does not know it."""
        while True:
            identity = self.identity
            path = self._question.path("workers", identity.id, verb)
            request = Request("POST", path, body(identity.incarnation), timeout=seconds)
            reply = await self._ask(request)
            if reply.status != 404:
                return request, reply
            await self._registering.again(identity.incarnation)

    async def release(self, attempt: Attempt) -> None:
        """Hand a task back; where that comes too late, nothing happens."""
        body = msgspec.json.encode(Release(attempt.worker_id, attempt.lease))
        await self._ask(Request("POST", self._question.path("tasks", attempt.task_id, "release"), body))

    async def drain(self) -> None:
        """Say that this worker wants nothing new; its open claim is answered by that."""
        await self._ask(Request("POST", self._question.path("workers", self.identity.id, "drain")))

    async def leave(self) -> None:
        """Take leave; what this worker still holds is handed back."""
        await self._ask(Request("DELETE", self._question.path("workers", self.identity.id)))

    async def _ask(self, request: Request) -> Reply:
        return await self._transport.run(self._question.asking.ask(request))
