"""A real process: killed under load, stopped in good order, followed by its events, and held by one at a time."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest
from typer.main import get_group

from apportion.cli.app import app
from apportion.cli.serve_options import SETTINGS
from apportion.cli.serve_settings import settings_of
from apportion.errors import ConfigurationError
from tests.service.conftest import Process

TASKS = 600


class Load:
    """A client and a worker, each in a thread, that write down what they saw, and go on over restarts."""

    def __init__(self, url: str):
        self.url = url
        self.acknowledged: list[str] = []
        self.finished: Counter[str] = Counter()
        self.failures: list[BaseException] = []
        parts = (self._submit, self._work)
        self.threads = [threading.Thread(target=self._run, args=(each,), daemon=True) for each in parts]
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def _run(self, what):
        try:
            what()
        except BaseException as error:
            self.failures.append(error)
            raise

    def _post(self, client: httpx.Client, path: str, body):
        """Post until there is an answer: the service may be gone for a while."""
        while True:
            try:
                reply = client.post(self.url + path, json=body, timeout=20)
            except httpx.TransportError:
                continue
            if reply.status_code not in {429, 503}:
                return reply

    def _submit(self):
        with httpx.Client() as client:
            for number in range(0, TASKS, 10):
                tasks = [{"task_type": "t", "idempotency_key": f"k{number + each}"} for each in range(10)]
                reply = self._post(client, "/v1/tasks", tasks)
                assert reply.status_code in {200, 201}, reply.text
                self.acknowledged += reply.json()["ids"]

    def _work(self):
        with httpx.Client() as client:
            self._register(client)
            while sum(self.finished.values()) < TASKS:
                reply = self._post(client, "/v1/workers/w/claim", {"max": 20, "wait": 1})
                if reply.status_code == 404:
                    self._register(client)
                    continue
                tasks = reply.json()["assignments"]
                if not tasks:
                    self._post(client, "/v1/workers/w/heartbeat", {})
                    continue
                endings = [{"task_id": task["task_id"], "lease": task["lease"], "success": True} for task in tasks]
                reply = self._post(client, "/v1/workers/w/complete", {"completions": endings})
                if reply.status_code == 404:
                    self._register(client)
                    continue
                for ended in reply.json()["completions"]:
                    if ended["status"] == 200:
                        self.finished[ended["task_id"]] += 1
                    else:
                        shown = client.get(f"{self.url}/v1/tasks/{ended['task_id']}").json()
                        if shown["state"] == "succeeded":  # it was written, and the answer was lost with the process
                            self.finished[ended["task_id"]] = max(1, self.finished[ended["task_id"]])

    def _register(self, client: httpx.Client):
        self._post(client, "/v1/workers", {"id": "w", "capabilities": [], "max_capacity": 50})


@pytest.mark.timeout(120)
def test_killed_under_load_it_loses_nothing_and_completes_nothing_twice(tmp_path):
    process = Process(tmp_path, "--lease-seconds", "6", "--heartbeat-interval", "2")
    port = process.url.rpartition(":")[2]
    load = Load(process.url)
    for mark in (100, 250, 400):
        while sum(load.finished.values()) < mark and not load.failures:
            pass
        process.kill()
        process = Process(tmp_path, "--port", port, "--lease-seconds", "6", "--heartbeat-interval", "2")
    load.join()
    assert len(set(load.acknowledged)) == TASKS
    assert set(load.finished) == set(load.acknowledged)
    assert set(load.finished.values()) == {1}
    with httpx.Client(base_url=process.url) as client:
        for state, number in (("succeeded", TASKS), ("queued", 0), ("assigned", 0), ("failed", 0)):
            page = client.get("/v1/tasks", params={"state": state, "limit": 1000}).json()
            assert len(page["items"]) == number
    assert process.stop() == 0


def test_a_worker_keeps_its_lease_over_a_restart(tmp_path):
    process = Process(tmp_path)
    with httpx.Client(base_url=process.url) as client:
        told = client.post("/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 5}).json()
        id = client.post("/v1/tasks", json={"task_type": "t"}).json()["id"]
        (task,) = client.post("/v1/workers/w/claim", json={"max": 1}).json()["assignments"]
    process.kill()
    process = Process(tmp_path)
    with httpx.Client(base_url=process.url) as client:
        beat = {"incarnation": told["incarnation"], "held": [{"task_id": id, "lease": task["lease"]}]}
        reply = client.post("/v1/workers/w/heartbeat", json=beat)
        assert (reply.status_code, reply.json()["taken_back"]) == (200, [])
        done = {"worker_id": "w", "lease": task["lease"], "success": True}
        assert client.post(f"/v1/tasks/{id}/complete", json=done).status_code == 200
    process.stop()


def connections(process):
    server = psutil.Process(process.popen.pid)
    return sum(each.status == psutil.CONN_ESTABLISHED for each in server.net_connections("tcp"))


def test_on_sigterm_it_answers_those_who_wait_and_ends(process):
    answers = []
    with httpx.Client(base_url=process.url, timeout=30) as client:
        client.post("/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 5})
        id = client.post("/v1/tasks", json={"task_type": "t", "requirements": {"capabilities": ["x"]}}).json()["id"]

        def ask(method, path, **options):
            answers.append(httpx.request(method, process.url + path, timeout=30, **options).status_code)

        waiting = [
            threading.Thread(target=ask, args=("POST", "/v1/workers/w/claim"), kwargs={"json": {"max": 1, "wait": 50}}),
            threading.Thread(target=ask, args=("GET", f"/v1/tasks/{id}/wait?timeout=50")),
        ]
        with client.stream("GET", "/v1/events") as events:
            lines = events.iter_lines()  # kept: the stream ends with it
            assert next(lines) == "retry: 1000"
            for thread in waiting:
                thread.start()
            while connections(process) < 4:  # the client's two, and one of each thread
                client.get(f"/v1/tasks/{id}")
            client.get(f"/v1/tasks/{id}")
            assert process.stop() == 0
    for thread in waiting:
        thread.join()
    assert set(answers) <= {200, 202}


def test_events_go_on_where_they_were_left(process):
    with httpx.Client(base_url=process.url, timeout=30) as client:
        with client.stream("GET", "/v1/events") as events:
            lines = events.iter_lines()
            assert next(lines) == "retry: 1000"
            client.post("/v1/tasks", json=[{"task_type": "t"}] * 3)
            first = next(line for line in lines if line.startswith("id: ")).removeprefix("id: ")
        with client.stream("GET", "/v1/events", headers={"Last-Event-ID": first}) as events:
            ids = [next(line for line in events.iter_lines() if line.startswith("id: "))]
            assert ids[0].endswith("-2")
        with client.stream("GET", "/v1/events", headers={"Last-Event-ID": "another-1"}) as events:
            assert next(line for line in events.iter_lines() if line.startswith("event: ")) == "event: reset"


def test_a_second_service_on_one_store_is_refused_by_name(process, tmp_path):
    command = [sys.executable, "-m", "apportion", "serve", "--port", "0", "--store", "tasks.db"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 3
    assert f"process {process.popen.pid}" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "loopback"),
        (["--lease-seconds", "1"], "heartbeat_interval"),
        (["--order", "lifo"], "unknown order"),
        (["--strategy", "best"], "unknown strategy"),
        (["--config", "absent.toml"], "absent.toml"),
    ],
)
def test_bad_settings_are_refused_with_what_is_wrong(tmp_path, options, said):
    command = [sys.executable, "-m", "apportion", "serve", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_come_from_flags_variables_and_the_file_in_this_order(tmp_path, monkeypatch):
    (tmp_path / "apportion.toml").write_text('strategy = "round-robin"\nlease_seconds = 40\nheartbeat_interval = 9\n')
    monkeypatch.setenv("APPORTION_LEASE_SECONDS", "30")
    monkeypatch.setenv("APPORTION_HEARTBEAT_INTERVAL", "8")
    process = Process(tmp_path, "--heartbeat-interval", "7")
    with httpx.Client(base_url=process.url) as client:
        told = client.post("/v1/workers", json={"capabilities": [], "max_capacity": 5}).json()
        assert (told["lease_seconds"], told["heartbeat_interval"]) == (30, 7)
        assert client.get("/v1/strategy").json()["name"] == "round-robin"
    process.stop()


def test_up_runs_commands_on_the_workers_of_a_fleet(tmp_path):
    (tmp_path / "fleet.toml").write_text('[[worker]]\nid = "local"\nmax_capacity = 2\ncapabilities = []\n')
    process = Process(tmp_path, command="up", before=["fleet.toml"])
    with httpx.Client(base_url=process.url, timeout=30) as client:
        task = {"task_type": "shell", "payload": {"command": ["true"]}}
        id = client.post("/v1/tasks", json=task).json()["id"]
        ended = client.get(f"/v1/tasks/{id}/wait", params={"timeout": 20})
        assert (ended.json()["state"], ended.json()["assigned_worker"]) == ("succeeded", "local")
    assert process.stop() == 0


def test_every_setting_is_a_flag_a_variable_and_a_key(tmp_path, monkeypatch):
    given = {"host": "localhost", "port": 1, "store": "a.db", "strategy": "round-robin", "order": "deadline"}
    given |= {"lease_seconds": 40.0, "heartbeat_interval": 9.0, "max_queued": 7, "retry_backoff": 0.5, "grace": 1.5}
    given |= {"log_format": "json"}
    names = {setting.name for setting in SETTINGS}
    assert given.keys() <= names
    monkeypatch.chdir(tmp_path)
    Path("apportion.toml").write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items()))
    from_file = settings_of({}, None)
    assert from_file == settings_of(given, None)
    for name, value in given.items():
        assert getattr(from_file, name, getattr(from_file.runtime, name, None)) == value
    parameters = {param.name: param for param in get_group(app).commands["serve"].params}
    for name in names:
        assert parameters[name].opts == [f"--{name.replace('_', '-')}"]
        assert parameters[name].envvar == f"APPORTION_{name.upper()}"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("prot = 1", "did you mean 'port'"),
        ("port = true", "port: must be a whole number"),
        ('lease_seconds = "x"', "lease_seconds: must be a number"),
        ("port = 70000", "port: must be at most 65535"),
        ("log_format = 'xml'", "log_format: must be text or json"),
        ("port = ", "not TOML"),
    ],
)
def test_a_setting_that_is_wrong_is_named(tmp_path, line, said):
    file = tmp_path / "settings.toml"
    file.write_text(line)
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        settings_of({}, file)
