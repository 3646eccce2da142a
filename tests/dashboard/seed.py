"""A service with something to see: workers and tasks in every state, put there by HTTP."""

from __future__ import annotations

from typing import Any

import httpx

PAGES = ["", "fleet", "workers/quick", "tasks", "decisions", "strategy", "advice"]
"""Pages, as the address has them after the #/."""


class World:
    """What tests do to a service, beside its dashboard.

    Args:
        url: of the service.
        token: for a service that asks for one.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.url = url
        self.http = httpx.Client(base_url=url, headers=headers, timeout=30)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, (method, path, answer.text)
        return answer.json()

    def worker(self, name: str, capabilities: list[str], capacity: float = 4, **more: Any) -> None:
        self.call("POST", "/v1/workers", {"id": name, "capabilities": capabilities, "max_capacity": capacity, **more})

    def submit(self, task_type: str, capabilities: list[str], number: int = 1, **more: Any) -> list[str]:
        body = {"task_type": task_type, "payload": {"n": 1}, "requirements": {"capabilities": capabilities}, **more}
        ids: list[str] = self.call("POST", "/v1/tasks", [body] * number)["ids"]
        return ids

    def claim(self, name: str, most: int = 1) -> list[dict[str, Any]]:
        claimed: list[dict[str, Any]] = self.call("POST", f"/v1/workers/{name}/claim", {"max": most, "wait": 10})[
            "assignments"
        ]
        return claimed

    def complete(self, name: str, task: dict[str, Any], **ending: Any) -> None:
        body = {"worker_id": name, "lease": task["lease"], "success": True, "duration": 0.5, **ending}
        self.call("POST", f"/v1/tasks/{task['task_id']}/complete", body)

    def state(self, task_id: str) -> str:
        state: str = self.call("GET", f"/v1/tasks/{task_id}")["state"]
        return state

    def close(self) -> None:
        self.http.close()


def seed(world: World) -> dict[str, str]:
    """Fill a service, and return a task of each state, by state, and one that nobody can take."""
    world.worker("quick", ["python"], kind="small", region="eu", labels={"zone": "b"})
    world.worker("gpu-1", ["gpu", "python"], 8)
    found: dict[str, str] = {}
    world.submit("lint", ["python"], 6)
    for _ in range(3):
        for task in world.claim("quick", 2):
            world.complete("quick", task, result={"clean": True})
            found["succeeded"] = task["task_id"]
    world.submit("render", ["gpu"], max_attempts=1)
    (task,) = world.claim("gpu-1")
    world.complete("gpu-1", task, success=False, error="no such scene", retry=False)
    found["failed"] = task["task_id"]
    world.submit("train", ["gpu"])
    (task,) = world.claim("gpu-1")
    found["assigned"] = task["task_id"]
    (found["impossible"], *_) = world.submit("sculpt", ["blender"], 3, tenant="studio")
    (cancelled,) = world.submit("lint", ["cobol"])
    world.call("POST", f"/v1/tasks/{cancelled}/cancel")
    found["cancelled"] = cancelled
    return found
