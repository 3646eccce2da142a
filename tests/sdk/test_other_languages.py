"""A worker written from /openapi.json alone, with HTTP and JSON: the document is enough, and does not lie."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from typing import Any
from urllib.parse import quote, urlsplit

KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


class Api:
    """Calls by the names that the document gives them; what is sent and what comes back is held against it."""

    def __init__(self, url: str) -> None:
        self._there = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._document = self._send("GET", "/openapi.json", None)[1]
        self._calls = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in self._document["paths"].items()
            for method, operation in methods.items()
        }

    def __call__(self, name: str, body: Any = None, **parameters: str) -> Any:
        method, path, operation = self._calls[name]
        named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert named == set(parameters)
        for each, value in parameters.items():
            path = path.replace(f"{{{each}}}", quote(value, safe=""))
        if body is not None:
            self._check(body, operation["requestBody"]["content"]["application/json"]["schema"], closed=True)
        status, answer = self._send(method, path, body)
        content = operation["responses"][str(status)]["content"]
        (media_type,) = content
        self._check(answer, content[media_type]["schema"], closed=False)
        return answer

    def close(self) -> None:
        self._there.close()

    def _send(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        sent = None if body is None else json.dumps(body)
        self._there.request(method, path, sent, {"Content-Type": "application/json"})
        reply = self._there.getresponse()
        return reply.status, json.loads(reply.read())

    def _check(self, value: Any, schema: dict[str, Any], *, closed: bool) -> None:
        """Hold a value against a schema, as far as a programmer would: names, what is required, types."""
        while "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if "anyOf" in schema:
            assert any(self._fits(value, each, closed) for each in schema["anyOf"]), (value, schema)
            return
        if "enum" in schema:
            assert value in schema["enum"]
            return
        if "type" in schema:
            assert isinstance(value, KINDS[schema["type"]]), value
        if isinstance(value, dict) and "properties" in schema:
            assert set(schema.get("required", ())) <= set(value), value
            assert not closed or set(value) <= set(schema["properties"]), value
            for name, each in value.items():
                self._check(each, schema["properties"].get(name, {}), closed=closed)
        if isinstance(value, list):
            for each in value:
                self._check(each, schema.get("items", {}), closed=closed)

    def _fits(self, value: Any, schema: dict[str, Any], closed: bool) -> bool:
        try:
            self._check(value, schema, closed=closed)
        except AssertionError:
            return False
        return True


def test_a_worker_in_any_language_needs_the_document_and_nothing_else(process, client):
    with closing(Api(process.url)) as api:
        work(api, client)


def work(api, client):
    told = api("register", {"capabilities": ["cobol"], "max_capacity": 3, "labels": {"zone": "eu"}})
    tasks = client.submit_many([{"task_type": "add", "payload": [n, 1], "capabilities": ["cobol"]} for n in range(3)])
    who, incarnation = told["id"], told["incarnation"]
    given: list[dict[str, Any]] = []
    while len(given) < 3:
        given += api("claim", {"max": 3, "wait": 5, "incarnation": incarnation}, id=who)["assignments"]
    held = [{"task_id": task["task_id"], "lease": task["lease"]} for task in given]
    told = api("heartbeat", {"held": held, "incarnation": incarnation}, id=who)
    assert told == {"cancelled": [], "taken_back": [], "draining": False}
    first, second, third = given
    api("release_task", {"worker_id": who, "lease": first["lease"]}, id=first["task_id"])
    single = {"worker_id": who, "lease": second["lease"], "success": True, "result": sum(second["payload"])}
    api("complete_task", single, id=second["task_id"])
    refused = api("complete_task", {**single, "lease": 99}, id=third["task_id"])
    assert (refused["status"], refused["lease"]) == (409, third["lease"])
    again = api("claim", {"max": 3, "wait": 5, "incarnation": incarnation}, id=who)["assignments"]
    endings = [
        {"task_id": task["task_id"], "lease": task["lease"], "success": True, "result": sum(task["payload"])}
        for task in (third, *again)
    ]
    answers = api("complete_many", {"completions": endings}, id=who)["completions"]
    assert [answer["status"] for answer in answers] == [200, 200]
    assert [task.result for task in client.wait_all(tasks, 10)] == [1, 2, 3]
    api("drain_worker", id=who)
    assert api("heartbeat", {"incarnation": incarnation}, id=who)["draining"] is True
    api("remove_worker", id=who)
    assert api("claim", {"max": 1}, id=who)["status"] == 404
    assert api("claim", {"max": 0}, id=who)["field"] == "max"
