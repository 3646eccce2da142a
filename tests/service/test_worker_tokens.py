"""A worker's token is for one worker: the one it was made for, or the first that registers with it."""

from __future__ import annotations

import asyncio
import random

import pytest

from apportion.model.token import ADMIN, WORKER
from apportion.service.service import Service
from tests.service.tokens import bearer, make_token, revoke

PROPERTIES = {"capabilities": [], "max_capacity": 100}


@pytest.fixture
def admin(service):
    return bearer(make_token(service, ADMIN))


async def register(client, headers, id=None):
    body = PROPERTIES if id is None else {**PROPERTIES, "id": id}
    return await client.post("/v1/workers", json=body, headers=headers)


async def test_the_first_that_registers_is_the_only_one_for_good(service, client, admin):
    text = make_token(service, WORKER)
    assert (await client.post("/v1/workers/w/claim", json={}, headers=bearer(text))).status_code == 403
    assert (await register(client, bearer(text), "w")).status_code == 201
    assert (await register(client, bearer(text), "v")).status_code == 403
    assert (await register(client, bearer(text))).json()["id"] == "w", "who names no id is the one it was"
    assert (await client.get("/v1/workers", headers=admin)).json()["total"] == 1
    again = Service(service.settings)
    again.access = type(service.access)(again._open_access(), lambda: 0.0)
    assert again.access.holder_of(text).worker == "w", "it is written down"
    again.access.book.close()


async def test_one_without_an_id_is_bound_to_the_one_that_it_is_given(service, client):
    headers = bearer(make_token(service, WORKER))
    id = (await register(client, headers)).json()["id"]
    assert (await client.post(f"/v1/workers/{id}/heartbeat", json={}, headers=headers)).status_code == 200


async def test_one_made_for_a_worker_registers_no_other(service, client):
    headers = bearer(make_token(service, WORKER, worker="w"))
    assert (await register(client, headers, "v")).status_code == 403
    assert (await register(client, headers)).json()["id"] == "w"


async def test_nobody_takes_the_id_of_a_worker_that_has_a_token(service, client, admin):
    owner, thief, heir = (make_token(service, WORKER) for _ in range(3))
    await register(client, bearer(owner), "w")
    assert (await register(client, bearer(thief), "w")).status_code == 403
    assert (await register(client, bearer(thief), "v")).status_code == 201, "it is not bound by what was refused"
    revoke(service, owner)
    assert (await register(client, bearer(heir), "w")).status_code == 201
    rotated = make_token(service, WORKER, worker="w")
    assert (await register(client, bearer(rotated), "w")).status_code == 201, "an administrator may give two"


async def test_two_that_register_at_once_with_one_token_are_not_both_taken(service, client):
    headers = bearer(make_token(service, WORKER))
    replies = await asyncio.gather(*(register(client, headers, f"w{number}") for number in range(8)))
    assert sorted(reply.status_code for reply in replies) == [201] + [403] * 7


async def test_a_worker_may_drain_and_remove_itself_alone(service, client, admin):
    headers = bearer(make_token(service, WORKER, worker="w"))
    for id, who in (("w", headers), ("v", admin)):
        await register(client, who, id)
    assert (await client.post("/v1/workers/v/drain", headers=headers)).status_code == 403
    assert (await client.delete("/v1/workers/v", headers=headers)).status_code == 403
    assert (await client.post("/v1/workers/w/drain", headers=headers)).status_code == 200
    assert (await client.delete("/v1/workers/w", headers=headers)).status_code == 200
    assert [each["id"] for each in (await client.get("/v1/workers", headers=admin)).json()["items"]] == ["v"]


# --- tries against others' ids ---------------------------------------------------------------------------------------


class Intruder:
    """Makes up calls against others' workers and tasks.

    Args:
        rng: by which they are chosen.
        victims: worker id -> (its incarnation, task id, lease of that task).
    """

    def __init__(self, rng, victims):
        self._rng = rng
        self._victims = victims

    def call(self):
        victim = self._rng.choice(list(self._victims))
        incarnation, task, lease = self._victims[victim]
        said = self._rng.choice([victim, "me", f"{victim}/..", "me/../" + victim, victim.upper(), "nobody"])
        end = {"lease": self._rng.choice([lease, lease + 1, 0, self._rng.randrange(2**40)]), "success": True}
        marked = self._rng.choice([incarnation, None, 1])
        return self._rng.choice(
            [
                ("POST", f"/v1/workers/{victim}/heartbeat", {"incarnation": marked}),
                ("POST", f"/v1/workers/{victim}/heartbeat", {"held": [{"task_id": task, "lease": lease}]}),
                ("POST", f"/v1/workers/{victim}/claim", {"max": 9, "incarnation": marked}),
                ("POST", f"/v1/workers/{victim}/complete", {"completions": [{"task_id": task, **end}]}),
                ("POST", f"/v1/workers/{victim}/drain", None),
                ("DELETE", f"/v1/workers/{victim}", None),
                ("POST", "/v1/workers", {**PROPERTIES, "id": victim}),
                ("POST", f"/v1/tasks/{task}/complete", {"worker_id": said, **end}),
                ("POST", f"/v1/tasks/{task}/release", {"worker_id": said, "lease": end["lease"]}),
                # These are its own to ask; they must not touch what it does not hold.
                ("POST", "/v1/workers/me/complete", {"completions": [{"task_id": task, **end}]}),
                ("POST", "/v1/workers/me/heartbeat", {"held": [{"task_id": task, "lease": lease}]}),
                (
                    "GET",
                    self._rng.choice(["/v1/tasks", f"/v1/tasks/{task}", f"/v1/workers/{victim}", "/metrics"]),
                    None,
                ),
            ]
        )


async def intrude(service, client, admin, tries):
    """Try, and return how many tries did what they should not."""
    me = bearer(make_token(service, WORKER, worker="me"))
    await register(client, me)
    victims = {}
    for id in ("v1", "v2", "v3"):
        incarnation = (await register(client, admin, id)).json()["incarnation"]
        await client.post("/v1/tasks", json={"task_type": "t", "tenant": id}, headers=admin)
        (task,) = (await client.post(f"/v1/workers/{id}/claim", json={}, headers=admin)).json()["assignments"]
        victims[id] = (incarnation, task["task_id"], task["lease"])
    before = await everything(client, admin)
    intruder, accepted = Intruder(random.Random(7), victims), 0
    for _ in range(tries):
        method, path, body = intruder.call()
        reply = await client.request(method, path, json=body, headers=me)
        if reply.is_success and path == "/v1/workers/me/complete":
            accepted += any(each["status"] == 200 for each in reply.json()["completions"])
        elif reply.is_success and path != "/v1/workers/me/heartbeat":
            accepted += 1
        assert reply.status_code < 500
    assert await everything(client, admin) == before
    return accepted


async def everything(client, admin):
    tasks = (await client.get("/v1/tasks", headers=admin)).json()["items"]
    workers = (await client.get("/v1/workers", headers=admin)).json()["items"]
    return tasks, [(each["id"], each["incarnation"], each["held"], each["status"]) for each in workers]


async def test_no_try_against_others_is_accepted(service, client, admin):
    assert await intrude(service, client, admin, 300) == 0


@pytest.mark.proof
@pytest.mark.timeout(300)
async def test_no_try_of_ten_thousand_is_accepted(service, client, admin):
    assert await intrude(service, client, admin, 10_000) == 0


async def test_a_worker_that_takes_anothers_token_is_told_whose_it_is(service, client):
    bound, fresh = make_token(service, WORKER, worker="quick-1"), make_token(service, WORKER)
    body = {"id": "quick-2", "capabilities": [], "max_capacity": 1}
    refused = await client.post("/v1/workers", json=body, headers=bearer(bound))
    assert (refused.status_code, "for the worker 'quick-1' alone" in refused.text) == (403, True)
    refused = await client.post("/v1/workers/quick-2/heartbeat", json={}, headers=bearer(fresh))
    assert (refused.status_code, "no worker has registered with this token yet" in refused.text) == (403, True)
