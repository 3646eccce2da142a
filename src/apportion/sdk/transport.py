"""Carries calls out over HTTP: one way that blocks, and one that awaits."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from apportion.sdk.reasons import reason_of
from apportion.sdk.settings import ClientConfig
from apportion.sdk.talk import Heard, Lost, Pause, Reply, Request, Talk

T = TypeVar("T")

_IDLE = 4.0
"""Seconds after which a connection is not used again; the service closes it after five."""

_CONNECT = 5.0


class BlockingTransport:
    """Carries calls out in the thread that makes them; several threads may share one.

    Args:
        url: of the service.
        token: or None.
        config: for the time-outs.
    """

    def __init__(self, url: str, token: str | None, config: ClientConfig) -> None:
        self._config = config
        self.http = httpx.Client(
            base_url=url, headers=_headers(token), limits=_limits(), timeout=config.timeout, **_surroundings(url)
        )

    def run(self, talk: Talk[T], send: Callable[[Request], Reply] | None = None) -> T:
        """Carry a call out, and return what it returns.

        Args:
            talk: the call.
            send: sends a request and returns the answer; None: the ordinary way.
        """
        send = send or self.send
        heard: Heard = None
        try:
            step = next(talk)
            while True:
                if isinstance(step, Pause):
                    threading.Event().wait(step.seconds)
                    heard = None
                else:
                    try:
                        heard = send(step)
                    except httpx.TransportError as error:
                        heard = Lost(reason_of(error))
                step = talk.send(heard)
        except StopIteration as end:
            value: T = end.value
            return value

    def send(self, request: Request) -> Reply:
        """Send a request, and return the answer.

        Raises:
            httpx.TransportError: there is none.
        """
        return reply_of(self.http.send(self.built(request)))

    def built(self, request: Request) -> httpx.Request:
        """Return a request as the library has it."""
        return _built(self.http, request, self._config)

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


class AsyncTransport:
    """Carries calls out on the event loop.

    Args:
        url: of the service.
        token: or None.
        config: for the time-outs.
    """

    def __init__(self, url: str, token: str | None, config: ClientConfig) -> None:
        self._config = config
        self.http = httpx.AsyncClient(
            base_url=url, headers=_headers(token), limits=_limits(), timeout=config.timeout, **_surroundings(url)
        )

    async def run(self, talk: Talk[T], send: Callable[[Request], Awaitable[Reply]] | None = None) -> T:
        """Carry a call out, and return what it returns; as `BlockingTransport.run`."""
        send = send or self.send
        heard: Heard = None
        try:
            step = next(talk)
            while True:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    heard = None
                else:
                    try:
                        heard = await send(step)
                    except httpx.TransportError as error:
                        heard = Lost(reason_of(error))
                step = talk.send(heard)
        except StopIteration as end:
            value: T = end.value
            return value

    async def send(self, request: Request) -> Reply:
        """Send a request, and return the answer.

        Raises:
            httpx.TransportError: there is none.
        """
        return reply_of(await self.http.send(self.built(request)))

    def built(self, request: Request) -> httpx.Request:
        """Return a request as the library has it."""
        return _built(self.http, request, self._config)

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()


def _built(http: httpx.Client | httpx.AsyncClient, request: Request, config: ClientConfig) -> httpx.Request:
    seconds = config.timeout if request.timeout is None else request.timeout
    return http.build_request(
        request.method,
        request.path,
        content=request.body,
        params=request.query or None,
        headers=request.headers or None,
        timeout=httpx.Timeout(seconds, connect=min(seconds, _CONNECT)),
    )


def reply_of(response: httpx.Response) -> Reply:
    """Return an answer that has been read."""
    after = response.headers.get("retry-after", "")
    return Reply(response.status_code, response.content, float(after) if after.isdigit() else None)


def _headers(token: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    return headers if token is None else {**headers, "Authorization": f"Bearer {token}"}


def _limits() -> httpx.Limits:
    return httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=_IDLE)


def _surroundings(url: str) -> dict[str, Any]:
    """Return what is taken from the machine: the authorities that it trusts (or ``SSL_CERT_FILE``), and no proxy.

    A worker's heartbeats are sent without this library, and go the same way.
    """
    encrypted = urlsplit(url).scheme == "https"  # else there is nothing to verify, and no list of authorities is read
    return {"trust_env": False, "verify": ssl.create_default_context() if encrypted else False}
