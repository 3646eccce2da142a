"""``apportion decisions export``: beside a running service, after its end, and from the folder of a run."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from apportion.cli.app import app
from apportion.errors import StoreError
from apportion.ports import Note
from apportion.stores.sqlite import SqliteStore
from tests.service.conftest import Process


def export(*arguments: object):
    return CliRunner().invoke(app, ["decisions", "export", *map(str, arguments)])


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_beside_a_running_service(process: Process, tmp_path: Path):
    """One task has ended, one runs: both are there, and the service goes on."""
    with httpx.Client(base_url=process.url) as client:
        client.post("/v1/workers", json={"id": "w", "capabilities": ["gpu"], "max_capacity": 2})
        client.post("/v1/tasks", json=[{"task_type": "draw"}, {"task_type": "draw"}])
        claim = client.post("/v1/workers/w/claim", json={"max": 2, "wait": 5}).json()["assignments"]
        ended, running = claim
        done = {"worker_id": "w", "lease": ended["lease"], "success": True, "duration": 1.5}
        client.post(f"/v1/tasks/{ended['task_id']}/complete", json=done)
        result = export(tmp_path / "tasks.db")
        assert client.get("/healthz").status_code == 200
    assert result.exit_code == 0
    worker, first, second = lines_of(result.stdout)
    assert worker["worker"] == {"id": "w", "capabilities": ["gpu"], "max_capacity": 2}
    assert (first["task"], first["outcome"], first["duration"]) == (ended["task_id"], "succeeded", 1.5)
    assert (second["task"], second["outcome"], second["ended_at"]) == (running["task_id"], "running", None)
    assert first["decision"]["probability"] == 1.0


def test_into_a_file_that_is_there_only_when_it_is_whole(tmp_path: Path):
    with closing(SqliteStore(tmp_path / "tasks.db")) as store:
        store.commit([Note(float(number), {"kind": "decision", "task": str(number)}) for number in range(2500)])
    result = export(tmp_path / "tasks.db", "--out", tmp_path / "out.jsonl")
    assert result.exit_code == 0
    assert [line["task"] for line in lines_of((tmp_path / "out.jsonl").read_text())] == [str(n) for n in range(2500)]
    assert not (tmp_path / "out.jsonl.part").exists()


def test_reading_beside_changes_nothing(tmp_path: Path):
    path = tmp_path / "tasks.db"
    with closing(SqliteStore(path)) as store:
        store.commit([Note(1.0, {"kind": "decision"})])
        before = path.read_bytes()
        assert len(lines_of(export(path).stdout)) == 1
        assert path.read_bytes() == before
        store.commit([Note(2.0, {"kind": "decision"})])
        assert len(store.notes(9)) == 2


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: None, "there is no store"),
        (lambda path: path.write_bytes(b"no database" * 100), "no SQLite database"),
        (lambda path: path.touch(), "an older Apportion wrote"),
    ],
)
def test_what_is_no_store_is_named(tmp_path: Path, make, problem: str):
    path = tmp_path / "tasks.db"
    make(path)
    result = export(path)
    assert isinstance(result.exception, StoreError)
    assert problem in str(result.exception)


def test_from_the_folder_of_a_run(tmp_path: Path):
    (tmp_path / "tasks.jsonl").write_text(
        "".join(
            json.dumps({"id": f"t{number}", "task_type": "say", "payload": {"command": ["true"]}}) + "\n"
            for number in range(3)
        )
    )
    (tmp_path / "fleet.toml").write_text('[[worker]]\nid = "w"\ncapabilities = []\nmax_capacity = 2\n')
    run = ["run", str(tmp_path / "tasks.jsonl"), "--fleet", str(tmp_path / "fleet.toml"), "--results"]
    assert CliRunner().invoke(app, [*run, str(tmp_path / "out")]).exit_code == 0
    lines = lines_of(export(tmp_path / "out").stdout)
    assert {line["task"] for line in lines if line["kind"] == "decision"} == {"t0", "t1", "t2"}
    assert all(line["duration"] > 0 for line in lines if line["kind"] == "decision")
