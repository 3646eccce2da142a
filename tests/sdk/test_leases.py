"""Leases are kept whatever a handler does to its process, and given up in time by a worker that is cut off."""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest

from apportion.client import Client
from tests.acceptance.waiting import until
from tests.sdk.hand import is_alive
from tests.sdk.proxy import Proxy
from tests.service.conftest import Process


@pytest.fixture
def proxy(process):
    made = Proxy(process.url)
    yield made
    made.close()


@pytest.mark.parametrize(("task_type", "payload"), [("hog", 5), ("busy-loop", 30)])
def test_a_handler_that_holds_the_interpreter_starves_no_heartbeat(client, process, script, task_type, payload):
    """A lease is 3 s; the hog lets no other thread of its process run for 5."""
    script.start(process.url, "capacity=1")
    task = client.submit(task_type, payload)
    assert (task.wait(50).state, task.get().attempt) == ("succeeded", 1)


def test_control_without_the_process_that_keeps_leases_the_hog_loses_its_own(client, process, script):
    first = script.start(process.url, "id=first", "capacity=1")
    task = client.submit("hog", 5)
    until(lambda: script.ledger("began", task.id))
    os.kill(first.keeper(), signal.SIGSTOP)
    script.start(process.url, "id=second")
    until(lambda: len(script.ledger("began", task.id)) == 2)
    assert (task.wait(30).attempt, task.get().assigned_worker) == (2, "second")


def test_the_keeper_is_replaced_when_it_dies_and_ends_with_its_worker(client, hand, script, tmp_path):
    task = client.submit("until", str(tmp_path / "go"))
    until(lambda: script.ledger("began", task.id))
    first = hand.keeper()
    os.kill(first, signal.SIGKILL)
    until(lambda: not is_alive(first))
    second = until(hand.keeper_if_any)
    until(lambda: "another one takes its place" in hand.said)
    beats = client.worker(task.get().assigned_worker)
    assert beats.held == 1
    hand.popen.kill()
    hand.popen.wait()
    until(lambda: not is_alive(second))


def test_a_worker_that_is_cut_off_stops_its_tasks_before_anybody_else_begins_them(client, process, proxy, script):
    cut_off = script.start(proxy.url)
    task = client.submit("coroutine", 60)
    until(lambda: script.ledger("began", task.id))
    proxy.cut()
    script.start(process.url)
    until(lambda: len(script.ledger("began", task.id)) == 2)
    told = [(verb, attempt) for verb, id, attempt, _ in script.ledger() if id == task.id]
    assert told == [("began", "1"), ("cancelled", "1"), ("began", "2")]
    assert "its lease was not renewed" in cut_off.said


def test_a_short_cut_costs_nothing_and_after_a_long_one_all_goes_on(client, proxy, script):
    script.start(proxy.url, "capacity=50")
    tasks = client.submit_many([{"task_type": "coroutine", "payload": 0.5}] * 20)
    until(lambda: len(script.ledger("began")) == 20)
    proxy.cut()
    until(lambda: client.workers()[0].held == 20 and len(script.ledger("began")) == 20)
    proxy.heal()
    assert {task.attempt for task in client.wait_all(tasks, 30)} == {1}
    proxy.cut()
    later = client.submit_many([{"task_type": "echo"}] * 20)
    until(lambda: client.workers()[0].status == "offline")
    proxy.heal()
    assert {task.state for task in client.wait_all(later, 30)} == {"succeeded"}


def test_a_worker_that_was_stopped_past_its_lease_reports_nothing(client, process, script, tmp_path):
    zombie = script.start(process.url, "id=zombie")
    task = client.submit("until", str(tmp_path / "go"))
    until(lambda: script.ledger("began", task.id))
    zombie.signal(signal.SIGSTOP)
    script.start(process.url, "id=other")
    until(lambda: len(script.ledger("began", task.id)) == 2)
    (tmp_path / "go").touch()
    assert task.wait(20).assigned_worker == "other"
    zombie.signal(signal.SIGCONT)
    client.submit("echo", anti_affinity=["other"]).result(20)  # it is back, and at work
    assert (task.get().assigned_worker, task.get().lease) == ("other", 2)
    assert "was refused" not in zombie.said  # by its own clock: the service did not have to refuse anything


def test_killed_workers_lose_nothing(client, process, script):
    hands = [script.start(process.url) for _ in range(2)]
    tasks = client.submit_many([{"task_type": "coroutine", "payload": 0.1}] * 60)
    until(lambda: sum(client.get(task.id).state == "succeeded" for task in tasks[:8]) >= 4)
    for each in hands:
        each.popen.kill()
    script.start(process.url)
    ended = client.wait_all(tasks, 30)
    assert Counter(task.state for task in ended) == {"succeeded": 60}
    began = Counter((id, attempt) for _, id, attempt, _ in script.ledger("began"))
    assert set(began.values()) == {1}  # no attempt is run twice


def test_a_service_that_is_killed_finds_its_workers_at_work(script, tmp_path):
    """Where it is back within a lease, here of 15 s, nothing is run again."""
    process = Process(tmp_path)
    with Client(process.url) as client:
        hand = script.start(process.url)
        task, quick = client.submit("until", str(tmp_path / "go")), client.submit("until", str(tmp_path / "soon"))
        until(lambda: len(script.ledger("began")) == 2)
        process.kill()
        (tmp_path / "soon").touch()
        until(lambda: script.ledger("ended", quick.id))  # its report finds nobody, and is kept
        process = Process(tmp_path, "--port", process.url.rpartition(":")[2])
        assert (quick.result(20), quick.get().attempt) == ("there", 1)
        (tmp_path / "go").touch()
        assert (task.result(20), task.get().attempt) == ("there", 1)
        assert hand.leave() == 0
        process.stop()


def test_a_worker_that_the_service_has_forgotten_registers_anew(client, process, script, tmp_path):
    hand = script.start(process.url, "id=w")
    task = client.submit("until", str(tmp_path / "go"))
    until(lambda: script.ledger("began", task.id))
    client.remove_worker("w")
    until(lambda: len(script.ledger("began", task.id)) == 2)  # it is there again, and was given it again
    until(lambda: script.ledger("cancelled", task.id, 1))
    (tmp_path / "go").touch()
    assert (task.result(20), task.get().attempt) == ("there", 2)
    assert hand.leave() == 0


def test_two_workers_of_one_name_are_not_left_to_fight(process, script):
    hands = [script.start(process.url, "id=w"), script.start(process.url, "id=w")]
    until(lambda: any(each.popen.poll() is not None for each in hands))
    loser = next(each for each in hands if each.popen.poll() is not None)
    assert loser.popen.returncode == 1
    assert "another worker registers as 'w'" in loser.said
