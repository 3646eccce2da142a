"""The client of a real service: all its calls, blocking and awaited; answers that are lost double nothing."""

from __future__ import annotations

import threading

import pytest

from apportion import Constraint, TaskRequirements
from apportion.client import AsyncClient, Client, ClientConfig
from apportion.errors import (
    DuplicateError,
    FieldError,
    FieldTypeError,
    QueueFullError,
    ResultTimeoutError,
    ServiceUnavailableError,
    TaskConflictError,
    TaskFailedError,
    UnknownTaskError,
    UnknownWorkerError,
)
from apportion.sdk import submissions
from apportion.sdk.errors import PartlySubmittedError
from tests.sdk.lossy import Lossy
from tests.service.conftest import Process


def test_what_is_submitted_is_there_with_all_that_was_said(client):
    zone = [Constraint("zone", "==", "eu")]
    needs = {"capabilities": {"b", "a"}, "complexity": 7, "constraints": zone}
    task = client.submit("lint", {"ä": [1, None]}, **needs, tenant="acme", timeout=5, max_attempts=2, id="mine")
    shown = task.get()
    assert (shown.id, shown.payload, shown.tenant, shown.timeout) == ("mine", {"ä": [1, None]}, "acme", 5)
    assert (shown.requirements["capabilities"], shown.requirements["complexity"]) == (["a", "b"], 7)
    assert shown.requirements["constraints"][0]["label"] == "zone"
    whole = client.submit("lint", requirements=TaskRequirements({"a", "b"}, 7, constraints=zone))
    assert whole.get().requirements == shown.requirements
    assert client.handle("mine").get() == shown


def test_tasks_are_listed_page_by_page_cancelled_and_retried(client):
    tasks = client.submit_many([{"task_type": "ab"[n % 2], "payload": n} for n in range(25)])
    assert [task.id for task in client.tasks(page_size=4)] == [task.id for task in tasks]
    page = client.page(task_type="a", limit=5)
    assert ([task.payload for task in page.items], page.next_cursor is None) == ([0, 2, 4, 6, 8], False)
    assert len(list(client.tasks(task_type="a", state="queued", page_size=5))) == 13
    assert client.cancel(tasks[0].id).state == "cancelled"
    assert client.cancel_all(task_type="a") == 12
    with pytest.raises(TaskFailedError, match="cancelled"):
        tasks[2].result(5)
    assert client.retry(tasks[0].id).state == "queued"
    assert client.retry_all() == 12
    assert {task.state for task in client.tasks()} == {"queued"}


def test_workers_and_decisions(client, hand):
    (worker,) = client.workers()
    assert client.worker(worker.id).capabilities == ["python"]
    assert client.explain("echo", capabilities=["python"]).worker["id"] == worker.id
    assert client.explain("echo", capabilities=["cobol"]).outcome == "impossible"
    waits = client.submit("echo", capabilities=["cobol"])
    assert "cobol" in str(client.explain_task(waits.id))
    assert client.strategy().name == "adaptive"
    assert client.set_strategy("round-robin").name == client.strategy().name == "round-robin"
    assert (client.recommendations(), client.ready()) == ([], True)
    client.remove_worker(worker.id)


def test_waiting_for_many_takes_one_call_for_a_thousand(client, hand):
    tasks = client.submit_many([{"task_type": "echo", "payload": n} for n in range(1200)])
    ended = client.wait_all([*tasks, tasks[0]], timeout=50)
    assert [task.result["payload"] for task in ended] == [*range(1200), 0]
    never = client.submit("nobody-does-this")
    with pytest.raises(ResultTimeoutError, match="1 of 2 tasks"):
        client.wait_all([tasks[0], never], timeout=0.1)
    with pytest.raises(ResultTimeoutError, match="it goes on"):
        never.result(timeout=0.1)
    with pytest.raises(UnknownTaskError):
        client.wait_all(["nobody"])


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda c: c.submit("t", {1, 2}), FieldTypeError, "submit.payload: must be JSON"),
        (lambda c: c.submit("t", float("nan")), FieldTypeError, "submit.payload: must be JSON"),
        (lambda c: c.submit("t", capabilites=[]), FieldError, "did you mean 'capabilities'"),
        (lambda c: c.submit("t", capabilities="abc"), FieldTypeError, "bare string"),
        (lambda c: c.submit("t", complexity=-1), FieldError, r"requirements\.complexity"),
        (lambda c: c.submit("t", "x" * 300_000), FieldError, "above the limit"),
        (lambda c: c.submit("t", priority=1, requirements={}), FieldError, "give it once"),
        (lambda c: c.submit("t", requirements={"task_type": "u"}), FieldError, "be left out"),
        (lambda c: c.submit_many([{"task_type": "t"}, {"payload": 1}]), FieldTypeError, r"\[1\]\.task_type"),
        (
            lambda c: c.submit_many([{"task_type": "t"}, {"task_type": "t", "timeout": -1}]),
            FieldError,
            r"\[1\].timeout",
        ),
        (lambda c: (c.submit("t", id="x"), c.submit("t", id="x")), DuplicateError, "'x'"),
        (lambda c: c.get("no/body"), UnknownTaskError, "'no/body'"),
        (lambda c: c.drain("nobody"), UnknownWorkerError, "'nobody'"),
        (lambda c: c.remove_worker("nobody"), UnknownWorkerError, "'nobody'"),
        (lambda c: c.retry(c.submit("t").id), TaskConflictError, "is queued"),
        (lambda c: c.set_strategy("bst"), FieldError, "unknown strategy"),
        (lambda c: c.page(limit=0), FieldError, "limit"),
        (lambda c: Client("localhost:8620"), FieldError, "url"),
        (lambda c: Client("http://me:secret@localhost"), FieldError, "password"),
        (lambda c: Client(token="a b"), FieldError, "token"),
        (lambda c: ClientConfig(patience=-1), FieldError, "ClientConfig.patience"),
    ],
)
def test_mistakes_are_named_as_where_everything_is_one_process(shared, call, error, said):
    with pytest.raises(error, match=said):
        call(shared)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    started = Process(tmp_path_factory.mktemp("service"))
    with Client(started.url) as made:
        yield made
    started.stop()


def test_a_full_queue_is_refused_at_once_or_waited_for(tmp_path):
    process = Process(tmp_path, "--max-queued", "2")
    try:
        with Client(process.url) as client, Client(process.url, config=ClientConfig(wait_for_room=20)) as patient:
            first = client.submit_many([{"task_type": "t"}] * 2)[0]
            with pytest.raises(QueueFullError, match="limit of 2") as refused:
                client.submit("t")
            assert (refused.value.limit, refused.value.retry_after) == (2, 1.0)
            threading.Timer(0.3, client.cancel, [first.id]).start()
            assert patient.submit("t").get().state == "queued"
    finally:
        process.stop()


def test_lists_beyond_what_one_request_takes_go_in_parts(client, monkeypatch):
    monkeypatch.setattr(submissions, "MOST_AT_ONCE", 10)
    assert len(client.submit_many([{"task_type": "t"}] * 25)) == 25
    with pytest.raises(PartlySubmittedError, match="the first 20 tasks") as partly:
        client.submit_many([{"task_type": "t"}] * 24 + [{"task_type": "t", "max_attempts": 0}])
    assert [client.get(id).task_type for id in partly.value.ids] == ["t"] * 20
    assert len(list(client.tasks())) == 45


def test_answers_that_are_lost_double_nothing(process):
    """Of every two answers one is lost after the service has done what was asked."""
    with Lossy(process.url) as lossy, Client(lossy.url, config=ClientConfig(first_pause=0.01)) as client:
        one = client.submit("t")
        many = client.submit_many([{"task_type": "t"}] * 5)
        named = client.submit("t", id="mine", idempotency_key="key")
        assert client.cancel(one.id).state == "cancelled"
        assert client.retry(one.id).state == "queued"
        assert lossy.lost >= 5
    with Client(process.url) as client:
        assert [task.id for task in client.tasks()] == sorted([one.id, named.id, *(task.id for task in many)])


def test_control_without_keys_lost_answers_double_tasks(process, monkeypatch):
    plain = submissions.encoded
    monkeypatch.setattr(
        submissions,
        "encoded",
        lambda where, sent: plain(where, {k: v for k, v in sent.items() if k != "idempotency_key"}),
    )
    with Lossy(process.url) as lossy, Client(lossy.url, config=ClientConfig(first_pause=0.01)) as client:
        for _ in range(3):
            client.submit("t")
    with Client(process.url) as client:
        assert len(list(client.tasks())) > 3


def test_a_client_outlives_its_service(tmp_path):
    process = Process(tmp_path)
    port = process.url.rpartition(":")[2]
    with Client(process.url) as client:
        task = client.submit("t")
        process.kill()
        back: list[Process] = []
        starting = threading.Thread(target=lambda: back.append(Process(tmp_path, "--port", port)))
        starting.start()
        assert client.get(task.id).state == "queued"
        starting.join()
        back[0].stop()
    unavailable = pytest.raises(ServiceUnavailableError, match=r"no answer from http://\S+, asked \d times")
    with Client(process.url, config=ClientConfig(patience=0.2)) as client, unavailable:
        client.get(task.id)


def test_events_are_followed_over_a_restart(tmp_path):
    process = Process(tmp_path)
    port = process.url.rpartition(":")[2]
    with Client(process.url) as client, client.events() as events:
        first, second = client.submit("t"), client.submit("t")
        seen = iter(events)
        seen_first = next(seen)
        assert [seen_first.data["task_id"], next(seen).data["task_id"]] == [first.id, second.id]
        with client.events(last_event_id=seen_first.id) as again:
            assert next(iter(again)).data["task_id"] == second.id
        process.kill()
        process = Process(tmp_path, "--port", port)
        assert next(seen).kind == "reset"  # another service's events: some may have been missed
        third = client.submit("t")
        assert next(seen).data["task_id"] == third.id
    process.stop()


async def test_the_same_calls_can_be_awaited(process, script):
    async with AsyncClient(process.url) as client:
        async with client.events() as events:
            task = await client.submit("echo", 1)
            assert [event.data["task_id"] async for event in first_of(events)] == [task.id]
        script.start(process.url)
        assert (await task.result(20))["payload"] == 1
        many = await client.submit_many([{"task_type": "echo", "payload": n} for n in range(5)])
        assert [each.state for each in await client.wait_all(many, 20)] == ["succeeded"] * 5
        assert len([each async for each in client.tasks(page_size=2)]) == 6
        assert (await client.workers())[0].id == (await task.get()).assigned_worker
        assert (await client.explain("echo")).outcome == "worker"
        with pytest.raises(TaskConflictError):
            await task.cancel()


async def first_of(events):
    async for event in events:
        yield event
        return
