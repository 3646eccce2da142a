"""How the service is set up."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
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
        host: the address that it listens on.
        port: its port; 0: any free one.
        store: a path or ``sqlite:///path``.
        strategy: who decides; None: adaptive.
        runtime: how the machine behaves.
        log_format: ``text`` or ``json``.
        tls_cert: file of the certificate chain by which it speaks TLS; None: it does not.
        tls_key: file of the certificate's key; None: it is in the same file.
        behind_proxy: whether a proxy speaks TLS in front of it. What a proxy adds to a request is not believed.
        public_names: names, each with a port or without, by which others reach it: what may stand in Host and Origin.
        max_requests: requests a second of one token, or without tokens of one address, >= 0; above it they wait for
            their turn, and are refused where that is far off. 0: as many as come.
        max_wrong_tokens: wrong tokens a minute from one address, >= 0; above it that is said. 0: it never is.

    Raises:
        ConfigurationError: the address is not loopback, and what goes there would not be encrypted.
        FieldError, FieldTypeError: naming the field.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    store: str | None = "apportion.db"
    strategy: str | None = None
    runtime: RuntimeConfig = field(default_factory=lambda: RuntimeConfig(grace=LOCAL_GRACE, keep_finished=7.0))
    log_format: str = "text"
    tls_cert: str | None = None
    tls_key: str | None = None
    behind_proxy: bool = False
    public_names: Sequence[str] = ()
    max_requests: float = 0.0
    max_wrong_tokens: int = 10

    def __post_init__(self) -> None:
        validation.count("ServiceSettings.port", self.port, least=0, most=65535)
        validation.number("ServiceSettings.max_requests", self.max_requests, least=0)
        validation.count("ServiceSettings.max_wrong_tokens", self.max_wrong_tokens, least=0)
        if self.log_format not in LOG_FORMATS:
            raise FieldError("ServiceSettings.log_format", f"must be text or json, not {self.log_format!r}")
        names = validation.name_list("ServiceSettings.public_names", self.public_names)
        object.__setattr__(self, "public_names", tuple(name.lower() for name in names))
        for name, file in (("tls_cert", self.tls_cert), ("tls_key", self.tls_key)):
            if file == "":
                raise FieldError(f"ServiceSettings.{name}", "is empty; name a file, or leave it out")
        for name in self.public_names:
            if set(name) & set("/@? "):
                problem = f"must be like balancer.example or balancer.example:8620, not {name!r}"
                raise FieldError("ServiceSettings.public_names", problem)
        if self.tls_key is not None and self.tls_cert is None:
            raise FieldError("ServiceSettings.tls_key", "is of no use without tls_cert")
        if not is_loopback(self.host) and not self.encrypted:
            raise ConfigurationError(
                f"--host {self.host}: beyond loopback (127.0.0.1, ::1 or localhost) callers show a token, and it goes "
                f"encrypted: make one by `{make_token(self.store)}`, and give --tls-cert and --tls-key, or put a proxy "
                "that speaks TLS in front and say --behind-proxy"
            )

    @property
    def encrypted(self) -> bool:
        """Whether whoever is not on this machine reaches it by TLS."""
        return self.tls_cert is not None or self.behind_proxy

    @property
    def exposed(self) -> bool:
        """Whether anybody but this machine reaches it."""
        return self.behind_proxy or not is_loopback(self.host)

    @property
    def doubts(self) -> list[str]:
        """What is allowed and hardly meant."""
        lease, interval = self.runtime.lease_seconds, self.runtime.heartbeat_interval
        if lease >= 3 * interval:
            return []
        doubt = f"a lease of {lease:g} s is below three heartbeat intervals of {interval:g} s: "
        return [doubt + "one lost heartbeat can cost a worker its tasks"]


def make_token(store: str | None) -> str:
    """Return the command that makes the first token of a store."""
    return f"apportion token create --role admin --store {store}"


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
