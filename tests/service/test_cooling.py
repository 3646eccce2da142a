"""A worker that fails what another can do is shown as cooled down, with the time until which."""

from __future__ import annotations


async def test_a_cooled_worker_is_shown_with_the_time_until_which_and_tasks_say_so(client):
    for id in ("good", "bad", "fair"):
        body: dict[str, object] = {"id": id, "capabilities": [], "max_capacity": 5}
        assert (await client.post("/v1/workers", json=body)).status_code == 201
    for number in range(12):
        worker = "good" if number < 3 else "bad"
        await client.post("/v1/tasks", json={"task_type": "lint", "max_attempts": 1})
        claim = (await client.post(f"/v1/workers/{worker}/claim", json={"max": 1})).json()["assignments"]
        for held in claim:
            done = {"task_id": held["task_id"], "lease": held["lease"], "success": worker == "good", "error": "no luck"}
            await client.post(f"/v1/workers/{worker}/complete", json={"completions": [done]})
    shown = (await client.get("/v1/workers/bad")).json()
    assert (shown["circuit"], shown["status"]) == ("open", "overloaded")
    assert shown["cooled_until"] > 1e9
    shown = (await client.get("/v1/workers/good")).json()
    assert (shown["circuit"], shown["cooled_until"]) == ("closed", None)
    assert (await client.get("/v1/recommendations")).json()["items"] == [], "it is paused, not overloaded"
    (waiting,) = (await client.get("/v1/tasks?state=queued&limit=1")).json()["items"]
    why = (await client.get(f"/v1/tasks/{waiting['id']}/explain")).json()["reason"]
    assert why.startswith("worker bad is cooled down for ")


async def test_load_that_others_gave_a_worker_counts_against_its_room(client):
    await client.post("/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 5})
    await client.post("/v1/tasks", json=[{"task_type": "lint"}] * 5)
    for _ in range(2):
        reply = await client.post("/v1/workers/w/heartbeat", json={"current_load": 3})
        assert reply.status_code == 200
    assert len((await client.post("/v1/workers/w/claim", json={"max": 9})).json()["assignments"]) == 2
    await client.post("/v1/workers/w/heartbeat", json={"current_load": 2, "held": []})
    assert len((await client.post("/v1/workers/w/claim", json={"max": 9})).json()["assignments"]) == 3
