"""No page of another origin, and no name that was bent to this address, gets anything done."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import httpx
import pytest

from apportion.model.token import ADMIN
from apportion.service.app import build_app
from apportion.service.settings import ServiceSettings
from tests.service.tokens import bearer, make_token

HERE = "127.0.0.1:8620"

FORGED_HOSTS = (
    "evil.example", "evil.example:8620", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example#127.0.0.1",
    "evil.example?127.0.0.1", "evil.example/127.0.0.1", "a@127.0.0.1", "127.0.0.1@evil.example", "[::2]",
    "[::ffff:9.9.9.9]", "0.0.0.0", "192.0.2.1", "127.0.0.1:port", "[::1", "localhost.", "2130706433.evil.example", "",
)  # fmt: skip

FORGED_ORIGINS = (
    "http://evil.example", "https://evil.example", "null", "https://127.0.0.1:1", "http://127.0.0.1", "http://127.0.0.1:86200",
    "http://127.0.0.1:8620.evil.example", "http://127.0.0.1:8620@evil.example", "http://evil.example:8620", "file://",
    "ftp://127.0.0.1:8620", "http://localhost:8620", "http://127.0.0.1:8620/", "http://127.0.0.1:8620#x",
    "//127.0.0.1:8620", "127.0.0.1:8620", "javascript:alert(1)", "chrome-extension://127.0.0.1:8620", "http://[::1]:8620",
    "http://127.0.0.1:8620 http://evil.example", "",
)  # fmt: skip

CASES = [
    *({"Host": host} for host in FORGED_HOSTS),
    *({"Host": HERE, "Origin": origin} for origin in FORGED_ORIGINS),
    *({"Host": HERE, "Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "odd")),
]


UNSAFE = (
    ("POST", "/v1/tasks", {"task_type": "t"}),
    ("PUT", "/v1/strategy", {"name": "round-robin"}),
    ("DELETE", "/v1/workers/w", None),
    ("POST", "/v1/session", None),
)


@pytest.mark.parametrize("shown", ["nothing", "token", "cookie"])
async def test_forged_requests_do_nothing(service, client, shown):
    """Whoever may: open service, a good token, or a browser with a session."""
    admin = {} if shown == "nothing" else bearer(make_token(service, ADMIN))
    if shown == "cookie":
        await client.post("/v1/session", headers=admin)
    for headers, (method, path, body) in product(CASES, UNSAFE):
        sent = {**headers, **(admin if shown == "token" else {})}
        reply = await client.request(method, path, json=body, headers=sent)
        assert reply.status_code in {403, 421}, (headers, method, path)
        assert "set-cookie" not in reply.headers
    client.cookies.clear()
    assert (await client.get("/v1/tasks", headers=admin)).json()["items"] == []


def test_there_are_forty_of_them():
    assert len(CASES) >= 40


async def test_a_login_form_of_another_page_gives_no_session(service, client):
    text = make_token(service, ADMIN)
    reply = await client.post("/v1/session", data={"token": text}, headers={"Origin": "http://evil.example"})
    assert reply.status_code == 403
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost:8620", "Origin": "http://localhost:8620"},
        {"Host": "LOCALHOST:8620", "Origin": "http://localhost:8620"},
        {"Host": "[::1]:8620", "Origin": "http://[::1]:8620"},
        {"Host": HERE, "Origin": f"http://{HERE}", "Sec-Fetch-Site": "same-origin"},
        {"Host": HERE},
        {"Host": HERE, "Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
async def test_its_own_pages_and_programs_can(client, headers):
    assert (await client.post("/v1/tasks", json={"task_type": "t"}, headers=headers)).status_code == 201


# --- reached by others -----------------------------------------------------------------------------------------------


@pytest.fixture
async def public(service):
    """The service as others reach it: by a name, through TLS."""
    names = ["Balancer.example", "other.example:8443"]
    service.settings = replace(service.settings, behind_proxy=True, public_names=names)
    headers = bearer(make_token(service, ADMIN))
    transport = httpx.ASGITransport(build_app(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.5:8620", headers=headers) as made:
        yield made


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("balancer.example", None, 201),
        ("balancer.example", "https://balancer.example", 201),
        ("balancer.example:443", "https://balancer.example", 201),
        ("balancer.example", "http://balancer.example", 403),
        ("balancer.example", "https://balancer.example:444", 403),
        ("balancer.example:8620", "https://balancer.example", 201),  # a proxy that adds the port it calls
        ("other.example:8443", "https://other.example:8443", 201),
        ("other.example:9999", None, 421),
        ("10.0.0.5:8620", "https://balancer.example", 201),  # a proxy that names itself
        ("10.0.0.5:8620", None, 201),  # the address at which it was reached
        ("10.0.0.6:8620", None, 421),
        ("evil.example", "https://evil.example", 421),
        ("balancer.example", "https://evil.example", 403),
        ("balancer.example.evil.example", None, 421),
    ],
)
async def test_declared_names_and_no_others(public, host, origin, status):
    headers = {"Host": host} if origin is None else {"Host": host, "Origin": origin}
    assert (await public.post("/v1/tasks", json={"task_type": "t"}, headers=headers)).status_code == status


async def test_what_a_proxy_says_is_not_believed(public):
    headers = {"Host": "evil.example", "X-Forwarded-Host": "balancer.example", "Forwarded": "host=balancer.example"}
    assert (await public.post("/v1/tasks", json={"task_type": "t"}, headers=headers)).status_code == 421


def test_names_are_checked():
    assert ServiceSettings(public_names=["A.Example"]).public_names == ("a.example",)
