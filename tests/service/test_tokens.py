"""From the first token on each call needs one; what is made or revoked beside the service counts at once."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from apportion.errors import ConfigurationError, FieldError
from apportion.model.token import ADMIN, CLIENT, VIEWER, WORKER, Token
from apportion.service.access.token_text import digest_of, new_token, taken_apart
from apportion.service.service import Service
from apportion.service.settings import ServiceSettings
from tests.service.tokens import LIKE_A_TOKEN, WRONG, bearer, make_token, revoke


async def test_it_runs_open_until_there_is_a_token(service, client):
    assert (await client.get("/v1/session")).json()["open"] is True
    text = make_token(service, VIEWER)
    assert (await client.get("/v1/tasks")).status_code == 401
    assert (await client.get("/v1/tasks", headers=bearer(text))).status_code == 200
    revoke(service, text)
    assert (await client.get("/v1/tasks", headers=bearer(text))).status_code == 401
    assert (await client.get("/v1/tasks")).status_code == 401, "it does not become open again"
    assert (await client.get("/healthz")).status_code == 200


async def test_an_expired_token_is_void(service, client):
    text = make_token(service, ADMIN, lifetime=-0.001)
    assert (await client.get("/v1/tasks", headers=bearer(text))).status_code == 401


async def test_it_stays_closed_over_a_restart(service, client, tmp_path):
    text = make_token(service, ADMIN, revoked=True)
    await service.distributor.stop()
    async with Service(ServiceSettings(store=str(tmp_path / "tasks.db"))) as again:
        assert again.access.guarded
    assert LIKE_A_TOKEN.fullmatch(text)


async def test_a_token_file_that_is_being_written_opens_nothing(service, client):
    """While another process commits, the image that was read before goes on to count."""
    text = make_token(service, ADMIN)
    assert (await client.get("/v1/tasks")).status_code == 401
    with closing(sqlite3.connect(f"{service.settings.store}.access", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert (await client.get("/v1/tasks")).status_code == 401
        assert (await client.get("/v1/tasks", headers=bearer(text))).status_code == 200
        other.execute("ROLLBACK")


def test_of_a_token_only_its_digest_is_kept(tmp_path):
    made = new_token()
    assert LIKE_A_TOKEN.fullmatch(made.text)
    assert taken_apart(made.text) == (made.id, made.digest)
    assert taken_apart("nonsense") == ("", digest_of(""))
    assert taken_apart(WRONG)[1] != made.digest
    assert made.text.rpartition("_")[2] not in made.digest


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


async def test_the_files_hold_no_token(service, client, tmp_path: Path):
    texts = [make_token(service, role) for role in (ADMIN, CLIENT, WORKER)]
    await client.post("/v1/tasks", json={"task_type": "t"}, headers=bearer(texts[0]))
    cookie = (await client.post("/v1/session", headers=bearer(texts[0]))).headers["set-cookie"]
    texts += LIKE_A_TOKEN.findall(cookie)
    assert len(texts) == 4
    kept = contents(tmp_path)
    assert texts[0].split("_")[1].encode() in kept, "the id is no secret"
    assert [text for text in texts if text[-43:].encode() in kept] == []


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer \udcff"}, {"Authorization": "Bearer " + "é" * 400}])
async def test_odd_bytes_are_no_token(service, client, headers):
    make_token(service, ADMIN)
    raw = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in headers.items()]
    assert (await client.get("/v1/tasks", headers=raw)).status_code == 401


async def test_two_tokens_at_once_are_none(service, client):
    text = make_token(service, ADMIN)
    headers = [("Authorization", f"Bearer {text}")] * 2
    assert (await client.get("/v1/tasks", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("role", "fields"),
    [
        ("amin", {}),
        (ADMIN, {"tenant": "a"}),
        (WORKER, {"tenant": "a"}),
        (CLIENT, {"worker": "w"}),
        (CLIENT, {"tenant": ""}),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(role, fields):
    with pytest.raises(FieldError):
        Token("id", "digest", role, fields.get("tenant"), fields.get("worker"), 0.0)


# --- those who listen -------------------------------------------------------------------------------------------------


@pytest.fixture
def listening(service, monkeypatch):
    """Set as soon as somebody listens for long."""
    begun, lapse = asyncio.Event(), service.access.lapse

    def noted(caller):
        begun.set()
        return lapse(caller)

    monkeypatch.setattr(service.access, "lapse", noted)
    return begun


@pytest.mark.parametrize("path", ["/v1/workers/w/claim", "/v1/tasks/{id}/wait"])
async def test_a_long_poll_ends_with_its_token(service, client, listening, path):
    admin, other = make_token(service, ADMIN), make_token(service, ADMIN)
    await client.post("/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 1}, headers=bearer(other))
    task = {"task_type": "t", "requirements": {"capabilities": ["x"]}}
    id = (await client.post("/v1/tasks", json=task, headers=bearer(other))).json()["id"]
    if path.endswith("claim"):
        asking = client.post(path, json={"max": 1, "wait": 50}, headers=bearer(admin))
    else:
        asking = client.get(path.replace("{id}", id), params={"timeout": 50}, headers=bearer(admin))
    polling = asyncio.create_task(asking)
    await listening.wait()
    revoke(service, admin)
    async with asyncio.timeout(10):
        assert (await polling).status_code == 401
    assert (await client.get("/v1/tasks", headers=bearer(other))).status_code == 200
    assert not service.access._listening


@pytest.mark.parametrize("path", ["/v1/events", "/v1/overview/live"])
@pytest.mark.parametrize("how", ["revoked", "expired"])
async def test_a_stream_ends_with_its_token(service, client, listening, path, how):
    text = make_token(service, VIEWER, lifetime=2.0 if how == "expired" else None)
    streaming = asyncio.create_task(client.get(path, headers=bearer(text)))  # the transport waits for its end
    await listening.wait()
    if how == "revoked":
        revoke(service, text)
    async with asyncio.timeout(10):
        assert (await streaming).status_code == 200
    assert not service.access._listening


async def test_an_open_stream_ends_with_the_first_token(service, client, listening):
    streaming = asyncio.create_task(client.get("/v1/events"))
    await listening.wait()
    make_token(service, ADMIN)
    async with asyncio.timeout(10):
        assert (await streaming).status_code == 200


# --- who may be reached by others -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "exposed",
    [{"host": "0.0.0.0", "tls_cert": "cert.pem"}, {"host": "192.0.2.7", "behind_proxy": True}, {"behind_proxy": True}],
)
async def test_whoever_can_be_reached_by_others_needs_a_token_to_start(tmp_path, exposed):
    settings = ServiceSettings(store=str(tmp_path / "tasks.db"), **exposed)
    with pytest.raises(ConfigurationError, match="apportion token create --role admin --store"):
        async with Service(settings):
            pass
    make_token(Service(settings), VIEWER)
    async with Service(settings) as started:
        assert started.access.guarded


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org", "::ffff:192.0.2.7", "::ffff:127.0.0.1"])
def test_beyond_loopback_without_encryption_is_refused(host):
    with pytest.raises(ConfigurationError, match=r"apportion token create.*--tls-cert.*--behind-proxy"):
        ServiceSettings(host=host)


def test_a_key_without_its_certificate_is_refused():
    with pytest.raises(FieldError, match="tls_cert"):
        ServiceSettings(tls_key="key.pem")
