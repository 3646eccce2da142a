"""Runs a service: listens, and on SIGTERM or Ctrl-C ends in good order."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn

from apportion.service.app import build_app
from apportion.service.certificate import check_certificate
from apportion.service.connection import Connection
from apportion.service.service import Service

_LAST_ANSWERS = 2
"""Seconds that requests in flight have to be answered, once nobody new is let in."""

_WAITING_CONNECTIONS = 2048

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def serve(service: Service, announce: Callable[[str], None]) -> None:
    """Open the service, answer until a signal comes, and close it.

    Args:
        service: not open yet.
        announce: told the address once it listens.

    Raises:
        StoreError: the store cannot be opened.
        ConfigurationError: the certificate or its key cannot be used, or others could call and there is no token.
        OSError: the address cannot be listened on.
    """
    settings = service.settings
    config = configuration(service)
    listener = _listen(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    scheme = "http" if settings.tls_cert is None else "https"
    async with service:
        announce(f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}")
        await _Server(config, service).serve(sockets=[listener])


def configuration(service: Service) -> uvicorn.Config:
    """Return how the service speaks HTTP.

    Raises:
        ConfigurationError: the certificate or its key cannot be used.
    """
    settings = service.settings
    if settings.tls_cert is not None:
        check_certificate(settings.tls_cert, settings.tls_key)
    config = uvicorn.Config(
        build_app(service),
        http=Connection,
        proxy_headers=False,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=_LAST_ANSWERS,
        backlog=_WAITING_CONNECTIONS,
    )
    config.load()
    return config


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host.strip("[]"), port), family=family, backlog=_WAITING_CONNECTIONS)
    # Inherited by every connection: an answer in two pieces must not wait for the first one's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Server(uvicorn.Server):
    """Stops handing out at the first signal, so that long polls end and connections can close."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Listen to signals while the context lasts; the process then ends by itself, once everything is saved."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._asked_to_end, number)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _asked_to_end(self, number: int) -> None:
        self._service.drain()
        self.handle_exit(number, None)
