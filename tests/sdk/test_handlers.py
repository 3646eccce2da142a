"""What handlers return, raise and are told, with a real worker of a real service."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

import pytest

from apportion.client import Client
from apportion.errors import TaskFailedError
from tests.acceptance.waiting import until
from tests.sdk.conftest import LEASE
from tests.sdk.hand import Script, is_alive
from tests.service.conftest import Process


@dataclass
class Shared:
    """A client of a service with one worker, for tests that leave both as they are."""

    client: Client
    script: Script


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shared")
    process, script = Process(folder, *LEASE), Script(folder)
    script.start(process.url)
    with Client(process.url) as client:
        yield Shared(client, script)
    script.hands[0].end()
    process.stop()


def test_functions_coroutines_processes_and_commands_do_their_tasks(shared):
    echo = shared.client.submit("echo", {"a": [1, "ä"]}, capabilities={"python"})
    coroutine, process = shared.client.submit("coroutine", 0.01), shared.client.submit("process")
    command = shared.client.submit("command", {"command": ["sh", "-c", "echo $APPORTION_WORKER > out"]})
    worker_id = shared.client.workers()[0].id
    assert echo.result(20) == {"payload": {"a": [1, "ä"]}, "type": "echo", "attempt": 1, "by": worker_id}
    assert coroutine.result(20) == "waited"
    assert process.result(20) not in {shared.script.hands[0].pid, os.getpid()}
    assert command.result(20) is None
    assert (shared.script.folder / "out").read_text().strip() == worker_id


def test_busy_is_tried_again_and_is_no_failure(shared):
    assert shared.client.submit("busy", max_attempts=1).result(20) == 2


def test_failures_carry_their_reason(shared):
    failures = [
        (shared.client.submit("fatal"), 1, "never"),
        (shared.client.submit("raises", "no luck"), 3, "ValueError: no luck"),
        (shared.client.submit("returns", "set"), 3, "which is not JSON"),
        (shared.client.submit("returns", "nan"), 3, "which is not JSON"),
        (shared.client.submit("returns", "big"), 1, "above the limit"),
        (shared.client.submit("command", {"command": ["false"]}), 3, "exit"),
        (shared.client.submit("command", {"command": "ls"}), 1, "must be a list of strings"),
    ]
    for task, attempts, reason in failures:
        with pytest.raises(TaskFailedError, match=reason):
            task.result(20)
        assert task.get().attempt == attempts


def test_a_task_that_takes_too_long_is_ended(shared):
    task = shared.client.submit("coroutine", 60, timeout=0.1, max_attempts=1)
    with pytest.raises(TaskFailedError, match="timed out"):
        task.result(20)
    assert shared.script.ledger("cancelled", task.id)


def test_a_cancellation_reaches_functions_coroutines_processes_and_commands(client, hand, script, tmp_path):
    function, coroutine = client.submit("until", str(tmp_path / "never")), client.submit("coroutine", 60)
    process = client.submit("process", "hang")
    command = client.submit("command", {"command": ["sh", "-c", "echo $$ > pid; exec sleep 60"]})
    until(lambda: len(script.ledger("began")) == 3 and (tmp_path / "pid").exists())
    pid = int((tmp_path / "pid").read_text())
    child = int(script.ledger("began", process.id)[0][3])
    for task in (function, coroutine, process, command):
        task.cancel()
    until(lambda: script.ledger("cancelled", function.id) and script.ledger("cancelled", coroutine.id))
    until(lambda: not is_alive(child) and not is_alive(pid))
    until(lambda: client.workers()[0].current_load == 0)  # nothing runs there, and the service knows
    assert {client.get(task.id).state for task in (function, coroutine, process, command)} == {"cancelled"}


def test_it_finishes_what_it_runs_and_hands_back_what_it_has_not_begun(client, process, script, tmp_path):
    first = script.start(process.url, "capacity=1")
    running = client.submit("until", str(tmp_path / "go"), complexity=0.4)
    until(lambda: script.ledger("began", running.id))
    waiting = client.submit("echo", complexity=0.4)
    until(lambda: waiting.get().state == "assigned")  # it fits, and waits there for the only thread
    first.signal(signal.SIGTERM)
    until(lambda: waiting.get().state == "queued")
    until(lambda: client.workers()[0].status == "draining")
    assert first.popen.poll() is None
    (tmp_path / "go").touch()
    assert running.result(20) == "there"
    assert first.popen.wait(20) == 0
    assert client.workers() == []
    script.start(process.url)
    assert waiting.result(20)["attempt"] == 2
    assert (waiting.get().state, script.ledger("ran", waiting.id)[0][2]) == ("succeeded", "2")


def test_a_second_signal_ends_it_at_once_and_what_it_ran_is_handed_back(client, hand, script, tmp_path):
    tasks = [client.submit("until", str(tmp_path / "go"), max_attempts=1), client.submit("coroutine", 60)]
    until(lambda: len(script.ledger("began")) == 2)
    hand.signal(signal.SIGTERM)
    until(lambda: client.workers()[0].status == "draining")
    hand.signal(signal.SIGTERM)
    assert hand.popen.wait(20) == 0
    assert {task.get().state for task in tasks} == {"queued"}


def test_what_has_not_ended_after_the_grace_is_handed_back(client, process, script):
    first = script.start(process.url, "grace=0.2")
    task = client.submit("coroutine", 60)
    until(lambda: script.ledger("began", task.id))
    assert first.leave() == 0
    assert (task.get().state, script.ledger("cancelled", task.id)[0][2]) == ("queued", "1")


def test_a_worker_that_the_service_drains_finishes_and_ends(client, hand, script, tmp_path):
    task = client.submit("until", str(tmp_path / "go"))
    until(lambda: script.ledger("began", task.id))
    client.drain(client.workers()[0].id)
    (tmp_path / "go").touch()
    assert task.result(20) == "there"
    assert hand.popen.wait(20) == 0
