"""Tokens reach the service from the argument or the environment; who is not allowed is told so, and what to do."""

from __future__ import annotations

import subprocess
import sys

import pytest

from apportion.client import Client
from apportion.errors import NotAllowedError
from tests.acceptance.waiting import until
from tests.sdk.conftest import LEASE
from tests.service.conftest import Process


def token(folder, *words: str) -> str:
    command = [sys.executable, "-m", "apportion", "token", "create", "--store", "tasks.db", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_clients_and_workers_show_their_tokens(script, tmp_path, monkeypatch):
    worker_token, client_token = token(tmp_path, "--role", "worker"), token(tmp_path, "--role", "client")
    process = Process(tmp_path, *LEASE)
    try:
        with Client(process.url) as nobody, pytest.raises(NotAllowedError, match="APPORTION_TOKEN"):
            nobody.submit("echo")
        monkeypatch.setenv("APPORTION_TOKEN", worker_token)
        hand = script.start(process.url)
        monkeypatch.setenv("APPORTION_TOKEN", client_token)
        with Client(process.url) as client:
            assert client.submit("echo", 1).result(20)["payload"] == 1
            assert client.wait_all(client.submit_many([{"task_type": "echo"}] * 3), 20)[2].state == "succeeded"
            waits = client.submit("until", str(tmp_path / "go"))
            until(lambda: script.ledger("began", waits.id))
            waits.cancel()
            until(lambda: script.ledger("cancelled", waits.id))
            with pytest.raises(NotAllowedError):
                client.set_strategy("round-robin")
        assert hand.leave() == 0
        assert "refused" not in hand.said
        assert worker_token not in hand.said + repr(client)
    finally:
        process.stop()


def test_a_worker_that_is_not_allowed_ends_and_says_why(script, tmp_path, monkeypatch):
    token(tmp_path, "--role", "admin")
    process = Process(tmp_path)
    try:
        monkeypatch.setenv("APPORTION_TOKEN", "not-a-token")
        with pytest.raises(AssertionError, match="APPORTION_TOKEN"):
            script.start(process.url)
        assert script.hands[-1].popen.wait(20) == 1
    finally:
        process.stop()
