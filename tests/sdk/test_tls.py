"""Through TLS: a client, a worker with its heartbeats and the command line, to a service whose authority they know."""

from __future__ import annotations

import socket
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from apportion.cli.app import run_command_line
from apportion.client import Client, ClientConfig
from apportion.errors import ServiceUnavailableError
from tests.acceptance.waiting import until
from tests.certificates import authority, certificate, needs_openssl
from tests.sdk.conftest import LEASE
from tests.sdk.hand import Hand
from tests.sdk.test_access import token
from tests.service.conftest import Process

pytestmark = needs_openssl

AT_ONCE = ClientConfig(patience=0)


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    authority(folder)
    certificate(folder, "service", "localhost")
    (folder / "token").write_text(token(folder, "--role", "admin"))
    started = Process(folder, *LEASE, "--tls-cert", "service.pem", "--tls-key", "service.key")
    assert started.url.startswith("https://127.0.0.1:")
    yield started
    assert started.stop() == 0
    assert "Traceback" not in "".join(started.said)


@pytest.fixture
def url(process, monkeypatch):
    """Return the address by the name that the certificate is for; who asks has a token."""
    monkeypatch.setenv("APPORTION_TOKEN", (process.folder / "token").read_text())
    return process.url.replace("127.0.0.1", "localhost")


@pytest.fixture(autouse=True)
def trusting_nobody(monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)


@pytest.fixture
def trusting(trusting_nobody, process, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(process.folder / "authority.pem"))


@pytest.mark.usefixtures("trusting")
def test_client_and_worker_reach_it(url, script, tmp_path):
    hand = script.start(url)
    with Client(url) as client:
        assert client.submit("echo", 1).result(20)["payload"] == 1
        waits = client.submit("until", str(tmp_path / "go"))
        until(lambda: script.ledger("began", waits.id))
        waits.cancel()  # of this the worker hears by a heartbeat, which another process sends
        until(lambda: script.ledger("cancelled", waits.id))
        with client.events() as events:
            client.submit("echo")
            assert next(iter(events)).kind
    assert hand.leave() == 0


@pytest.mark.usefixtures("trusting")
def test_so_does_the_command_line(url, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["apportion", "workers", "--url", url, "--json"])
    assert run_command_line() == 0
    assert capsys.readouterr().err == ""


def test_who_was_not_told_the_authority_sends_nothing_and_hears_what_to_do(url, script, monkeypatch, capsys):
    with Client(url, config=AT_ONCE) as client, pytest.raises(ServiceUnavailableError, match="SSL_CERT_FILE=FILE"):
        client.ready()
    monkeypatch.setattr(sys, "argv", ["apportion", "workers", "--url", url])
    assert run_command_line() == 5
    said = capsys.readouterr().err
    assert "SSL_CERT_FILE=FILE" in said
    assert "is a service running there" not in said
    script.hands.append(hand := Hand(script.folder, url))
    until(lambda: "SSL_CERT_FILE=FILE" in hand.said)
    assert "at work" not in hand.said


def test_a_list_of_authorities_that_is_not_there_is_named(url, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "nowhere.pem")
    with (
        Client(url, config=AT_ONCE) as client,
        pytest.raises(ServiceUnavailableError, match=r"nowhere\.pem.*not there"),
    ):
        client.ready()


@pytest.mark.usefixtures("trusting")
def test_another_host_than_that_of_the_certificate_is_not_believed(process, url):
    with (
        Client(process.url, config=AT_ONCE) as client,
        pytest.raises(ServiceUnavailableError, match="for another name"),
    ):
        client.ready()


def test_plain_http_gets_no_answer_and_harms_nobody(process, url):
    parts = urlsplit(url)
    with socket.create_connection(("127.0.0.1", parts.port or 0), timeout=10) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"HTTP" not in plain.recv(1000), "whoever listens on the way would have read it"
    unheard = pytest.raises(ServiceUnavailableError, match="the address begins with https://")
    with Client(url.replace("https", "http"), config=AT_ONCE) as client, unheard:
        client.ready()
    trusted = ssl.create_default_context(cafile=str(process.folder / "authority.pem"))
    assert httpx.get(f"{url}/healthz", verify=trusted).status_code == 200


def test_tls_where_none_is_spoken_is_told_so(tmp_path: Path):
    process = Process(tmp_path)
    try:
        unheard = pytest.raises(ServiceUnavailableError, match="may begin with http://")
        with Client(process.url.replace("http", "https"), config=AT_ONCE) as client, unheard:
            client.ready()
    finally:
        process.stop()


@pytest.mark.usefixtures("trusting")
def test_a_browser_keeps_its_session_for_tls_alone(process, url):
    trusted = ssl.create_default_context(cafile=str(process.folder / "authority.pem"))
    bearer = {"Authorization": f"Bearer {(process.folder / 'token').read_text()}"}
    reply = httpx.post(f"{url}/v1/session", headers=bearer, verify=trusted)
    assert reply.status_code == 201
    assert "Secure" in reply.headers["set-cookie"]
