"""`apportion token` and `apportion audit`, beside a running service and without one."""

from __future__ import annotations

import json
import sys
from typing import NamedTuple

import httpx
import pytest

from apportion.cli.app import run_command_line
from tests.service.conftest import Process
from tests.service.tokens import LIKE_A_TOKEN, bearer


class Done(NamedTuple):
    stdout: str
    stderr: str


@pytest.fixture
def apportion(tmp_path, monkeypatch, capfd):
    """Run the command in this process: a start of Python for each would take most of the time."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, status: int = 0) -> Done:
        monkeypatch.setattr(sys, "argv", ["apportion", *words])
        code = run_command_line()
        done = Done(*capfd.readouterr())
        assert code == status, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


def test_a_token_is_printed_once_and_alone_and_the_store_is_made(apportion, tmp_path):
    made = apportion("token", "create", "--role", "client", "--tenant", "acme", "--store", "tasks.db")
    text = made.stdout.removesuffix("\n")
    assert LIKE_A_TOKEN.fullmatch(text)
    assert text not in made.stderr
    assert (tmp_path / "tasks.db").is_file()
    worker = apportion(
        "token", "create", "--role", "worker", "--worker", "w1", "--expires", "30d", "--store", "tasks.db"
    )
    listed = apportion("token", "list", "--store", "tasks.db").stdout
    assert "client of acme" in listed
    assert "worker w1" in listed
    assert text.split("_")[1] in listed
    assert LIKE_A_TOKEN.search(listed) is None
    assert LIKE_A_TOKEN.search(apportion("audit", "--store", "tasks.db").stdout) is None
    apportion("token", "revoke", worker.stdout.split("_")[1], "--store", "tasks.db")
    assert "revoked" in apportion("token", "list", "--store", "tasks.db").stdout


def test_beside_a_running_service_it_counts_at_once(apportion, tmp_path):
    process = Process(tmp_path)
    try:
        with httpx.Client(base_url=process.url) as client:
            assert client.get("/v1/tasks").status_code == 200
            text = apportion("token", "create", "--role", "admin", "--store", "tasks.db").stdout.strip()
            assert client.get("/v1/tasks").status_code == 401
            assert client.put("/v1/strategy", json={"name": "round-robin"}, headers=bearer(text)).status_code == 200
            apportion("token", "revoke", text.split("_")[1], "--store", "tasks.db")
            assert client.get("/v1/tasks", headers=bearer(text)).status_code == 401
        acts = [json.loads(line) for line in apportion("audit", "--json", "--store", "tasks.db").stdout.splitlines()]
        assert [(act["name"], act["outcome"]) for act in acts] == [
            ("token.create", 201),
            ("strategy.switch", 200),
            ("token.revoke", 200),
        ]
        assert acts[1]["token"] == text.split("_")[1]
    finally:
        process.stop()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["create", "--role", "admn"], "did you mean 'admin'"),
        (["create", "--role", "admin", "--tenant", "a"], "for the role client alone"),
        (["create", "--role", "viewer", "--worker", "w"], "for the role worker alone"),
        (["create", "--role", "admin", "--expires", "soon"], "30d"),
        (["create", "--role", "admin", "--expires", "2001-01-01"], "over already"),
        (["create", "--role", "admin", "--expires", "0d"], "over already"),
        (["list"], "there is no store"),
        (["revoke", "nobody"], "there is no store"),
        (["create", "--role", "admin", "--store", "redis://secret@host"], "no store of the kind"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_made(apportion, tmp_path, words, said):
    done = apportion("token", *words, status=2)
    assert said in " ".join(done.stderr.split())
    assert "secret" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_token_cannot_be_revoked(apportion):
    apportion("token", "create", "--role", "admin")
    assert "no token 'nobody'" in apportion("token", "revoke", "nobody", status=2).stderr


def test_the_store_is_that_of_the_service_in_this_folder(apportion, tmp_path):
    (tmp_path / "apportion.toml").write_text('store = "mine.db"\n')
    apportion("token", "create", "--role", "admin")
    assert (tmp_path / "mine.db.access").is_file()
