"""A secured service is copied while it runs, and restored: real processes, the same tokens, the same tasks."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from apportion.client import Client, ClientConfig
from apportion.errors import NotAllowedError, StoreError
from apportion.stores.sqlite import copying
from apportion.stores.sqlite.copying import copy_file
from tests.sdk.test_access import token
from tests.service.conftest import Process

AT_ONCE = ClientConfig(patience=0)


def apportion(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "apportion", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=30)


def test_a_restored_service_knows_its_tasks_and_who_may_call(tmp_path):
    admin, void = token(tmp_path, "--role", "admin"), token(tmp_path, "--role", "client")
    first = Process(tmp_path)
    try:
        with Client(first.url, admin) as client:
            client.submit("lint", {"x": 1}, id="kept")
            client.cancel("kept")
        assert apportion(tmp_path, "token", "revoke", void.split("_")[1], "--store", "tasks.db").returncode == 0
        said = apportion(tmp_path, "backup", "copy.db", "--store", "tasks.db")
        assert (said.returncode, "its tokens and the audit log to copy.db.access" in said.stderr) == (0, True)
    finally:
        first.stop()
    assert stat.S_IMODE((tmp_path / "copy.db.access").stat().st_mode) == 0o600
    for path in tmp_path.glob("tasks.db*"):
        path.unlink()
    again = Process(tmp_path, "--store", "copy.db")
    try:
        with Client(again.url, admin) as client:
            assert (client.get("kept").state, client.get("kept").payload) == ("cancelled", {"x": 1})
        for nobody in (None, void):
            with Client(again.url, nobody, AT_ONCE) as client, pytest.raises(NotAllowedError):
                client.get("kept")
        acts = apportion(tmp_path, "audit", "--store", "copy.db").stdout
        assert all(act in acts for act in ("token.create", "task.cancel", "token.revoke"))
    finally:
        again.stop()


@pytest.mark.parametrize("there", ["copy.db", "copy.db.access"])
def test_neither_file_replaces_another(tmp_path, there):
    token(tmp_path, "--role", "admin")
    (tmp_path / there).write_text("theirs")
    with pytest.raises(StoreError, match=f"{there} is there already"):
        copy_file(str(tmp_path / "tasks.db"), str(tmp_path / "copy.db"))
    assert (tmp_path / there).read_text() == "theirs"
    assert {path.name for path in tmp_path.glob("copy.db*")} == {there}


def test_tokens_do_not_stay_where_their_store_could_not_be_copied(tmp_path, monkeypatch):
    token(tmp_path, "--role", "admin")

    def fails(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(copying, "copy_database", fails)
    with pytest.raises(StoreError, match="full"):
        copy_file(str(tmp_path / "tasks.db"), str(tmp_path / "copy.db"))
    assert list(tmp_path.glob("copy.db*")) == []
