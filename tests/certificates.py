"""Certificates for tests: an authority that nobody trusts but who is told to, and what it signs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl: make services")

_NEW = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"


def authority(folder: Path) -> Path:
    """Make an authority, and return the file of its certificate."""
    _openssl(folder, *_NEW.split(), "-subj", "/CN=authority", "-keyout", "authority.key", "-out", "authority.pem")
    return folder / "authority.pem"


def certificate(folder: Path, name: str, host: str = "localhost") -> tuple[Path, Path]:
    """Make a certificate for a host, signed by the authority of the folder; return its file and its key's."""
    said = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{host}", "-addext", "basicConstraints=CA:FALSE"]
    signed = ["-CA", "authority.pem", "-CAkey", "authority.key", "-keyout", f"{name}.key", "-out", f"{name}.pem"]
    _openssl(folder, *_NEW.split(), *said, *signed)
    return folder / f"{name}.pem", folder / f"{name}.key"


def locked(key: Path) -> Path:
    """Return a copy of a key that is locked by a pass phrase."""
    copy = key.with_suffix(".locked")
    _openssl(key.parent, "pkey", "-in", key.name, "-aes256", "-passout", "pass:secret", "-out", copy.name)
    return copy


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
