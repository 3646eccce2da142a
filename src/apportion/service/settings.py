"""How the service is set up."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from apportion import validation
from apportion.config import RuntimeConfig
from apportion.errors import ConfigurationError, FieldError

PORT = 8620
LOG_FORMATS = ("text", "json")

LOCAL_GRACE = 2.0
"""Seconds that local work has to end, so that with the last answers and the last commit it is all over within 5."""


@dataclass(frozen=True)
class ServiceSettings:
    """How the service is set up.

    Attributes:
        host: the address that it listens on; anything but loopback is refused as long as there is no token.
        port: its port; 0: any free one.
        store: a path or ``sqlite:///path``.
        strategy: who decides; None: adaptive.
        runtime: how the machine behaves.
        log_format: ``text`` or ``json``.

    Raises:
        ConfigurationError: the address is not loopback.
        FieldError, FieldTypeError: naming the field.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    store: str | None = "apportion.db"
    strategy: str | None = None
    runtime: RuntimeConfig = field(default_factory=lambda: RuntimeConfig(grace=LOCAL_GRACE))
    log_format: str = "text"

    def __post_init__(self) -> None:
        validation.count("ServiceSettings.port", self.port, least=0, most=65535)
        if self.log_format not in LOG_FORMATS:
            raise FieldError("ServiceSettings.log_format", f"must be text or json, not {self.log_format!r}")
        if not is_loopback(self.host):
            raise ConfigurationError(
                f"--host {self.host}: without a token the service listens on loopback alone (127.0.0.1, ::1 or "
                "localhost), since whoever reaches it may do everything; put a proxy that checks its callers in front"
            )

    @property
    def doubts(self) -> list[str]:
        """What is allowed and hardly meant."""
        lease, interval = self.runtime.lease_seconds, self.runtime.heartbeat_interval
        if lease >= 3 * interval:
            return []
        doubt = f"a lease of {lease:g} s is below three heartbeat intervals of {interval:g} s: "
        return [doubt + "one lost heartbeat can cost a worker its tasks"]


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
