"""The rest of the table: strategy, advice, events, health, metrics, the schema, and who may not call at all."""

from __future__ import annotations

import json

import pytest

from apportion.config import RuntimeConfig
from apportion.errors import ConfigurationError
from apportion.events import WorkerGone
from apportion.service.event_log import EventLog
from apportion.service.openapi import plain_path
from apportion.service.route import EVERYBODY, Route
from apportion.service.routes import ROUTES
from apportion.service.settings import ServiceSettings


async def test_the_strategy_is_switched_live(client):
    assert (await client.get("/v1/strategy")).json()["name"] == "adaptive"
    assert (await client.put("/v1/strategy", json={"name": "round-robin"})).json()["name"] == "round-robin"
    unknown = await client.put("/v1/strategy", json={"name": "round-robbin"})
    assert unknown.status_code == 422
    assert "round-robin" in unknown.json()["detail"]


async def test_an_overloaded_worker_is_reported(client):
    await client.post("/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 1})
    assert (await client.get("/v1/recommendations")).json()["items"] == []
    await client.post("/v1/tasks", json={"task_type": "t"})
    await client.post("/v1/workers/w/claim", json={"max": 1})
    (advice,) = (await client.get("/v1/recommendations")).json()["items"]
    assert (advice["from_worker"], advice["to_worker"]) == ("w", None)


async def test_health_and_metrics(client):
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).status_code == 200
    await client.post("/v1/tasks", json={"task_type": "t"})
    await client.get("/v1/tasks/nobody")
    text = (await client.get("/metrics")).text
    names = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    assert all(name.startswith("apportion_") for name in names)
    assert 'apportion_tasks{state="queued"} 1.0' in text
    assert 'apportion_refusals_total{reason="Not found",status="404"} 1.0' in text


async def test_a_draining_service_is_alive_and_not_ready(service, client):
    service.drain()
    assert (await client.get("/healthz")).json() == {"status": "draining"}
    assert (await client.get("/readyz")).status_code == 503


async def test_the_schema_is_that_of_the_routes(client):
    schema = (await client.get("/openapi.json")).json()
    declared = {(plain_path(route.path), route.method.lower()) for route in ROUTES}
    assert {(path, method) for path, methods in schema["paths"].items() for method in methods} == declared
    submission = schema["components"]["schemas"]["Submission"]
    assert submission["additionalProperties"] is False
    assert submission["properties"]["task_type"] == {"type": "string", "minLength": 1, "maxLength": 255}
    assert "Problem" in schema["components"]["schemas"]
    listed = {parameter["name"] for parameter in schema["paths"]["/v1/tasks"]["get"]["parameters"]}
    assert listed == {"state", "task_type", "tenant", "worker", "cursor", "limit", "newest_first", "brief"}
    references = [part.split('"')[0] for part in json.dumps(schema).split('"#/components/schemas/')[1:]]
    assert set(references) <= schema["components"]["schemas"].keys()


@pytest.mark.parametrize("path", ["/docs", "/docs.js", "/docs.css"])
async def test_the_docs_load_nothing_from_elsewhere(client, path):
    reply = await client.get(path)
    assert reply.status_code == 200
    assert "'unsafe" not in reply.headers["content-security-policy"]
    assert "http://" not in reply.text
    assert "https://" not in reply.text


async def test_what_is_not_there_is_a_problem_too(client):
    missing, wrong = await client.get("/v2"), await client.patch("/v1/tasks")
    assert (missing.status_code, wrong.status_code) == (404, 405)
    assert missing.headers["content-type"] == wrong.headers["content-type"] == "application/problem+json"


HOSTS = ("evil.example", "127.0.0.1.evil.example", "evil.example:8620", "a@127.0.0.1", "[::2]", "")
ORIGINS = ("http://evil.example", "null", "https://127.0.0.1:1", "file://", "")


@pytest.mark.parametrize(
    "headers",
    [{"Host": host} for host in HOSTS] + [{"Origin": origin} for origin in ORIGINS],
)
async def test_no_other_page_can_do_anything(client, headers):
    reply = await client.post("/v1/tasks", json={"task_type": "t"}, headers=headers)
    assert reply.status_code in {403, 421}
    assert (await client.get("/v1/tasks")).json()["items"] == []


async def test_its_own_page_can(client):
    headers = {"Host": "localhost:8620", "Origin": "http://localhost:8620"}
    assert (await client.post("/v1/tasks", json={"task_type": "t"}, headers=headers)).status_code == 201


def test_beyond_loopback_it_refuses_to_start_without_a_token():
    for host in ("0.0.0.0", "::", "192.0.2.7", "example.org"):
        with pytest.raises(ConfigurationError, match="loopback"):
            ServiceSettings(host=host)
    for host in ("127.0.0.1", "::1", "localhost", "127.9.9.9"):
        assert ServiceSettings(host=host).doubts == []


def test_a_short_lease_is_doubted():
    runtime = RuntimeConfig(lease_seconds=6.0, heartbeat_interval=5.0)
    assert len(ServiceSettings(runtime=runtime).doubts) == 1


def test_a_route_without_a_role_does_not_exist():
    with pytest.raises(ValueError, match="role"):
        Route("GET", "/x", ROUTES[0].handle, frozenset(), "", {})
    assert {route.path for route in ROUTES if route.roles == EVERYBODY} == {"/healthz", "/readyz"}


# --- events ---------------------------------------------------------------------------------------------------------


def numbers(said):
    return [int(line.rsplit(b"-", 1)[1]) for line in said.splitlines() if line.startswith(b"id: ")]


async def test_events_resume_where_they_were_left_and_say_when_they_cannot():
    log = EventLog("now", window=3)
    for number in range(5):
        log.add(WorkerGone(float(number), f"w{number}"))
    assert log.place_of("now-4") == 5
    assert log.place_of("now-2") == 3
    assert log.place_of("now-1") is None, "too long ago"
    for unknown in ("before-4", "now-9", "now-x", "nonsense", ""):
        assert log.place_of(unknown) is None
    said, following = log.read(3)
    assert (numbers(said), following) == ([3, 4, 5], 6)
    assert b'"worker_id":"w2"' in said


async def test_closing_the_log_lets_everybody_go():
    log = EventLog("now")
    log.close()
    assert await log.wait(1, 60.0) is False
