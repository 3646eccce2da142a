"""A browser's session: a cookie for a token, out of reach of scripts, that ends with the token."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apportion.clock import wall_clock
from apportion.model.token import ADMIN, CLIENT, VIEWER
from apportion.service.access.access import SESSION_SECONDS
from tests.service.tokens import WRONG, bearer, make_token, revoke

PAGE = {"Origin": "http://127.0.0.1:8620"}
HTML = {"Accept": "text/html,application/xhtml+xml"}


async def test_a_token_opens_a_session_and_logging_out_ends_it(service, client):
    text = make_token(service, CLIENT, tenant="acme")
    opened = await client.post("/v1/session", headers=bearer(text))
    assert (opened.status_code, opened.json()["role"], opened.json()["tenant"]) == (201, "client", "acme")
    kept = opened.headers["set-cookie"]
    assert all(part in kept for part in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert "Secure" not in kept, "on loopback there is no TLS"
    assert text not in kept
    me = await client.get("/v1/session")
    assert me.json() == {"role": "client", "open": False, "token": text.split("_")[1], "tenant": "acme", "worker": None}
    assert (await client.post("/v1/tasks", json={"task_type": "t"}, headers=PAGE)).status_code == 201
    cookie = {"Cookie": kept.partition(";")[0]}
    left = await client.delete("/v1/session", headers=PAGE)
    assert "Max-Age=0" in left.headers["set-cookie"]
    assert (await client.get("/v1/session", headers=cookie)).status_code == 401, "whoever has copied the cookie, too"


async def test_over_tls_the_cookie_is_for_tls_alone(service, client):
    service.settings = replace(service.settings, behind_proxy=True)
    opened = await client.post("/v1/session", headers=bearer(make_token(service, VIEWER)))
    assert opened.headers["set-cookie"].endswith("; Secure")


async def test_it_ends_with_its_token(service, client):
    text = make_token(service, ADMIN)
    await client.post("/v1/session", headers=bearer(text))
    assert (await client.get("/v1/tasks")).status_code == 200
    revoke(service, text)
    assert (await client.get("/v1/tasks")).status_code == 401


async def test_it_outlives_no_token_that_expires(service, client, monkeypatch):
    await client.post("/v1/session", headers=bearer(make_token(service, ADMIN, lifetime=3600.0)))
    assert (await client.get("/v1/tasks")).status_code == 200
    later = wall_clock() + 3601
    monkeypatch.setattr(service.access, "_clock", lambda: later)
    assert (await client.get("/v1/tasks")).status_code == 401


async def test_it_ends_by_itself(service, client, monkeypatch):
    await client.post("/v1/session", headers=bearer(make_token(service, ADMIN)))
    later = wall_clock() + SESSION_SECONDS + 1
    monkeypatch.setattr(service.access, "_clock", lambda: later)
    assert (await client.get("/v1/tasks")).status_code == 401


async def test_it_goes_on_over_a_restart_and_is_no_token(service, client):
    await client.post("/v1/session", headers=bearer(make_token(service, ADMIN)))
    session = client.cookies["apportion_session"]
    client.cookies.clear()
    again = type(service.access)(service._open_access(), wall_clock)
    assert again._known(session, as_session=True).role == ADMIN
    again.book.close()
    assert (await client.get("/v1/tasks", headers=bearer(session))).status_code == 401


async def test_an_open_service_gives_no_cookie(client):
    opened = await client.post("/v1/session")
    assert (opened.status_code, opened.json()["open"]) == (201, True)
    assert "set-cookie" not in opened.headers
    assert (await client.post("/v1/session", data={"token": "x"})).headers["location"] == "/"


async def test_whoever_asks_for_a_page_is_asked_to_log_in(service, client):
    text = make_token(service, VIEWER)
    for path in ("/", "/docs"):
        page = await client.get(path, headers=HTML)
        assert (page.status_code, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
        assert page.headers["www-authenticate"].startswith("Bearer")
        assert "<script" not in page.text
        assert "'unsafe" not in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "same-origin", "else its form comes with Origin: null"
    assert (await client.get("/docs.js", headers=HTML)).headers["content-type"] == "application/problem+json"
    assert (await client.get("/", headers={"Accept": "*/*"})).headers["content-type"] == "application/problem+json"
    sent = await client.post("/v1/session", data={"token": f" {text}\r\n"}, headers=PAGE)
    assert (sent.status_code, sent.headers["location"]) == (303, "/")
    assert (await client.get("/docs", headers=HTML)).status_code == 200


@pytest.mark.parametrize(
    "form", [{"token": WRONG}, {"token": ""}, {"other": "x"}, {"token": "<script>alert(1)</script>"}]
)
async def test_a_form_without_a_valid_token_is_shown_again(service, client, form):
    make_token(service, VIEWER)
    page = await client.post("/v1/session", data=form, headers=PAGE)
    assert page.status_code == 401
    assert "not valid" in page.text
    assert "<script" not in page.text
    assert "set-cookie" not in page.headers


async def test_a_form_is_no_way_around_the_limits(service, client):
    make_token(service, VIEWER)
    assert (await client.post("/v1/session", data={"token": "x" * 5000}, headers=PAGE)).status_code == 413
    other = await client.put("/v1/strategy", data={"name": "round-robin"}, headers=PAGE)
    assert other.status_code == 401, "a form says nothing anywhere else"


async def test_sessions_that_ended_are_forgotten(service, client, monkeypatch):
    text = make_token(service, ADMIN)
    for _ in range(3):
        await client.post("/v1/session", headers=bearer(text))
        client.cookies.clear()
    later = wall_clock() + SESSION_SECONDS + 1
    monkeypatch.setattr(service.access, "_clock", lambda: later)
    for _ in range(2):
        await client.post("/v1/session", headers=bearer(text))
        client.cookies.clear()
    await client.get("/v1/tasks", headers=bearer(text))
    assert len(service.access._tokens) == 3, "the token, and the two sessions that go on"
    assert len(service.access.book.tokens()) == 3


@pytest.mark.parametrize("path", ["/healthz", "/v1/tasks", "/v1/nothing", "/docs", "/"])
async def test_every_answer_tells_browsers_to_be_careful(client, path):
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "server" not in headers
