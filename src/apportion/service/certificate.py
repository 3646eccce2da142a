"""The certificate by which a service speaks TLS: looked at before anything begins, so that what is wrong is named."""

from __future__ import annotations

import ssl
from pathlib import Path

from apportion.errors import ConfigurationError

_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_KEY = b"PRIVATE KEY-----"
_OWN_FILE = "the key stands in the same file, or in one of its own that --tls-key names"


def check_certificate(certificate: str, key: str | None) -> None:
    """Make sure that a service can speak TLS with these.

    Args:
        certificate: file of the chain (PEM), the service's own certificate first.
        key: file of its key; None: it is in the same file.

    Raises:
        ConfigurationError: they cannot be used; it names the setting, the file and the remedy.
    """
    _require("--tls-cert", certificate, _CERTIFICATE, "holds no certificate in the PEM format")
    if key is None:
        _require("--tls-cert", certificate, _KEY, f"holds a certificate, and no key: {_OWN_FILE}")
    else:
        _require("--tls-key", key, _KEY, "holds no private key in the PEM format")

    def locked() -> str:
        remedy = "a service starts by itself: write the key without one, by openssl pkey -in FILE -out FILE"
        raise ConfigurationError(f"--tls-key: {key or certificate} is locked by a pass phrase; {remedy}")

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, locked)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            problem = f"{key or certificate} is not the key of the first certificate in {certificate}"
            remedy = "give the key for which it was made; in a chain the service's own certificate stands first"
            raise ConfigurationError(f"--tls-key: {problem}; {remedy}") from error
        files = certificate if key is None else f"{certificate} and {key}"
        raise ConfigurationError(f"--tls-cert, --tls-key: {files} cannot be used: {error}") from error


def _require(setting: str, file: str, mark: bytes, otherwise: str) -> None:
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{setting}: {file} cannot be read: {error.strerror}") from error
    if mark not in content:
        raise ConfigurationError(f"{setting}: {file} {otherwise}")
