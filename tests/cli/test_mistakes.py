"""What a stranger gets wrong is answered with what is wrong, and what to do."""

from __future__ import annotations

import errno
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from apportion.cli.app import run_command_line
from apportion.cli.serve_settings import settings_of
from apportion.errors import ConfigurationError
from tests.service.conftest import Process


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["apportion", *words])
        code = run_command_line()
        return code, capsys.readouterr().err

    return run


@pytest.fixture
def another_server():
    """What answers HTTP and is no service."""

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(404)

        def log_message(self, format, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("words", [["tasks"], ["tasks", "nobody"], ["workers"], ["strategy"]])
def test_an_address_with_something_else_behind_it(run, another_server, words):
    code, said = run(*words, "--url", another_server)
    assert code == 2
    assert f"{another_server}: what answers there knows no /v1/{words[0]}" in said


def test_an_address_with_a_path(run, tmp_path):
    process = Process(tmp_path)
    try:
        code, said = run("tasks", "nobody", "--url", f"{process.url}/apportion")
        assert (code, "without a path" in said) == (2, True)
        code, said = run("tasks", "nobody", "--url", process.url)
        assert (code, "no task with the id 'nobody'" in said) == (2, True)
    finally:
        process.stop()


@pytest.mark.parametrize(
    ("host", "said"), [("192.0.2.1", "Cannot assign requested address"), ("no-such.invalid", "not known")]
)
def test_an_address_that_is_not_this_machines(run, host, said):
    """192.0.2.0/24 is nobody's: it is for documentation (RFC 5737)."""
    run("token", "create", "--role", "admin")
    code, told = run("serve", "--host", host, "--behind-proxy", "--port", "0")
    assert code == 2
    assert f"cannot listen on {host}:0: " in told
    assert f"{said}; that is no address of this machine; name one of its own with --host" in told


def test_a_port_that_this_user_may_not_have(run, monkeypatch):
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("socket.create_server", refused)
    code, said = run("serve", "--port", "80")
    assert code == 2
    assert "cannot listen on 127.0.0.1:80: Permission denied; this user may not listen there; name a port above" in said


@pytest.mark.parametrize("name", ["http://balancer.example", "balancer.example/", "me@balancer.example"])
def test_a_public_name_that_is_an_address(name):
    with pytest.raises(ConfigurationError, match=r"public_names: must be like balancer\.example"):
        settings_of({"public_names": [name]}, None)
    assert settings_of({"public_names": ["balancer.example:8620"]}, None).public_names == ("balancer.example:8620",)
