"""A service that cannot speak TLS with what it was given does not start, and names setting, file and remedy."""

from __future__ import annotations

import ssl
import subprocess
import sys

import pytest

from apportion.errors import ConfigurationError, FieldError
from apportion.service.certificate import check_certificate
from apportion.service.server import configuration
from apportion.service.service import Service
from apportion.service.settings import ServiceSettings
from tests.certificates import authority, certificate, locked, needs_openssl

pytestmark = needs_openssl


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    authority(tmp_path)
    certificate(tmp_path, "service")
    certificate(tmp_path, "other")
    locked(tmp_path / "service.key")
    (tmp_path / "both.pem").write_bytes(
        (tmp_path / "service.key").read_bytes() + (tmp_path / "service.pem").read_bytes()
    )
    (tmp_path / "torn.pem").write_bytes((tmp_path / "service.pem").read_bytes()[:300])
    (tmp_path / "junk.pem").write_text("junk")
    return tmp_path


@pytest.mark.parametrize(
    ("cert", "key", "said"),
    [
        ("absent.pem", "service.key", "--tls-cert: absent.pem cannot be read: No such file"),
        ("service.pem", "absent.key", "--tls-key: absent.key cannot be read: No such file"),
        (".", "service.key", r"--tls-cert: \. cannot be read: Is a directory"),
        ("junk.pem", "service.key", "--tls-cert: junk.pem holds no certificate"),
        ("service.pem", "junk.pem", "--tls-key: junk.pem holds no private key"),
        ("service.pem", "service.pem", "--tls-key: service.pem holds no private key"),
        ("service.pem", None, "--tls-cert: service.pem holds a certificate, and no key.*--tls-key"),
        (
            "service.pem",
            "other.key",
            "--tls-key: other.key is not the key of the first certificate in service.pem",
        ),
        ("service.pem", "service.locked", "--tls-key: service.locked is locked by a pass phrase.*openssl pkey"),
        ("torn.pem", "service.key", "--tls-cert, --tls-key: torn.pem and service.key cannot be used"),
    ],
)
def test_what_is_wrong_is_named(folder, cert, key, said):
    with pytest.raises(ConfigurationError, match=said):
        check_certificate(cert, key)


def test_a_key_may_be_in_the_same_file(folder):
    check_certificate("both.pem", None)
    check_certificate("service.pem", "service.key")


def test_a_service_that_cannot_speak_tls_does_not_start(folder):
    words = ["--port", "0", "--tls-cert", "service.pem", "--tls-key", "other.key"]
    command = [sys.executable, "-m", "apportion", "serve", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--tls-key: other.key is not the key" in done.stderr


def test_an_empty_name_is_no_certificate():
    with pytest.raises(FieldError, match="tls_cert: is empty"):
        ServiceSettings(host="0.0.0.0", tls_cert="")
    with pytest.raises(FieldError, match="tls_key: is empty"):
        ServiceSettings(tls_cert="service.pem", tls_key="")


def test_nothing_older_than_tls_1_2_is_spoken(folder):
    context = configuration(Service(ServiceSettings(store=None, tls_cert="both.pem"))).ssl
    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
