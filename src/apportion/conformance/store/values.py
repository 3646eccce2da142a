"""What is put in comes out: every field, every kind of text and number, and nothing that others changed meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from apportion.conformance.claims import equal, refused
from apportion.conformance.store.place import Check, Place, inserted, moved, task
from apportion.errors import FieldError, FieldTypeError
from apportion.model.constraint import Constraint
from apportion.model.lifecycle import TaskState
from apportion.model.task import TaskRequirements
from apportion.model.task_record import Task
from apportion.ports import Insert, Remember

HOSTILE_TEXTS = (
    "",
    " ",
    "'; DROP TABLE tasks; --",
    '"\\',
    "a\0b",
    "\r\n\t",
    "ünï😀",
    "\u202e",
    "NULL",
    "1e3",
    "<b>",
    "%s{}",
)
GIVEN = (
    "id", "task_type", "payload", "requirements", "tenant", "idempotency_key", "max_attempts", "timeout",
    "schedule_timeout", "created_at", "after", "limit_keys", "traceparent",
)  # fmt: skip
HALF_A_PAIR = "\udc80"  # what Python makes of a byte that is no UTF-8 in a command's output

REQUIREMENTS = TaskRequirements(
    capabilities=["gpu", "python"], complexity=2.5, priority=-3, task_type="lint", estimated_duration=0.1,
    affinity=["w1"], anti_affinity=["w2"], avoid=["w3"], affinity_key="session",
    constraints=[Constraint("zone", "in", ["a", "b"]), Constraint("memory", ">=", 24, weight=0.5)], deadline=1e9,
)  # fmt: skip

FULL = Task(
    id="full", task_type="lint", payload={"command": ["ruff"], "env": {}}, requirements=REQUIREMENTS, tenant="t",
    idempotency_key="k", max_attempts=7, timeout=1.5, not_before=2.5, schedule_timeout=3.5, after=("a", "b"),
    limit_keys=("k",), traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", state=TaskState.FAILED,
    attempt=5, failures=2, deaths=1, lease=2**53, assigned_worker="w",
    rank=-0.25, created_at=1764000000.123456, queued_at=1764000001.5, expires=1764000009.75,
    assigned_at=1764000002.25, finished_at=1764000003.125, result=["partial"], error="it broke", exit_code=-9,
    duration=1e-9, decision={"votes": {"w": 0.1}},
)  # fmt: skip


def every_field_comes_back(place: Place) -> None:
    """Of a task with everything, and of one with nothing; inserted so, and brought so by a transition."""
    bare = task("bare")
    store = inserted(place, FULL, bare)
    equal(store.get("full"), FULL, "every field of a full task comes back")
    equal(store.get("bare"), bare, "a bare task comes back")
    held = moved(bare, TaskState.ASSIGNED, lease=3, decision={"votes": {}})
    lived = {name: value for name, value in vars(FULL).items() if name not in {*GIVEN, "state", "decision"}}
    ended = moved(held.task, TaskState.FAILED, **lived)
    equal(store.commit([held, ended]), [True, True], "a transition to everything takes effect")
    equal(store.get("bare"), ended.task, "every field that a transition brings comes back")
    store.close()


def any_json_comes_back(place: Place) -> None:
    """As the same JSON: tuples as lists, keys as strings."""
    payloads: dict[str, Any] = {
        "none": None, "false": False, "zero": 0, "big": 2**80, "float": 1e308, "tiny": 5e-324, "empty": {}, "list": [],
        "texts": list(HOSTILE_TEXTS), "half": HALF_A_PAIR, "keys": dict.fromkeys(HOSTILE_TEXTS),
        "deep": [[[[{"a": []}]]]], "large": "x" * 100_000,
    }  # fmt: skip
    store = inserted(place, *(task(name, payload=payload) for name, payload in payloads.items()))
    for name, payload in payloads.items():
        equal(store.get(name), task(name, payload=payload), f"the payload {name!r} comes back")
    store.commit([Insert(task("tuples", payload={1: (2, 3)})), Remember("document", payloads)])
    equal(store.get("tuples"), task("tuples", payload={"1": [2, 3]}), "what JSON has another form for comes back in it")
    equal(store.recall("document"), payloads, "a document comes back")
    store.close()


def any_text_comes_back(place: Place) -> None:
    """In every field that a client, a worker or a command fills."""
    store = place.open()
    for number, text in enumerate(HOSTILE_TEXTS):
        given = replace(
            FULL, id=f"{number}{text}", task_type=text, tenant=text, idempotency_key=text, assigned_worker=text,
            error=text + HALF_A_PAIR,
        )  # fmt: skip
        store.commit([Insert(given), Remember(text, text)])
        equal(store.get(given.id), given, f"a task full of {text!r} comes back")
        equal(store.find(text, text), given, f"a task is found by the key {text!r}")
        equal(store.recall(text), text, f"a document of the name {text!r} comes back")
    store.close()


def what_no_store_can_keep_is_refused(place: Place) -> None:
    """As a mistake of the caller's, in the same words everywhere: no half-kept task, no page that cannot be read."""
    endless: list[Any] = []
    endless.append(endless)
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    store = place.open()
    for name, payload in {
        "NaN": float("nan"),
        "infinity": [float("inf")],
        "endless": endless,
        "too deep": deep,
    }.items():
        change = Insert(task("a", payload=payload))
        refused(FieldError, f"a payload that is {name} is refused", store.commit, [change])
    for payload in ({1, 2}, b"bytes", object()):
        change = Insert(task("a", payload=payload))
        refused(FieldTypeError, f"a payload of {payload!r} is refused", store.commit, [change])
    store.commit([Insert(task("there"))])
    refused(FieldError, "even of a task that is there", store.commit, [Insert(task("there", payload=float("nan")))])
    for field in ("id", "task_type", "tenant", "idempotency_key", "assigned_worker"):
        change = Insert(FULL.replace(**{field: HALF_A_PAIR}))
        refused(FieldError, f"half a surrogate pair as {field} is refused", store.commit, [change])
    equal(sum(store.counts().values()), 1, "nothing of it was kept")
    store.close()


def nobody_can_change_what_is_kept(place: Place) -> None:
    """Neither who gave it nor who was given it."""
    payload, document = {"list": [1]}, {"list": [1]}
    store = place.open()
    store.commit([Insert(task("a", payload=payload)), Remember("document", document)])
    payload["list"].append(2)
    document["list"].append(2)
    for _ in range(2):
        equal(store.get("a"), task("a", payload={"list": [1]}), "a kept payload does not change")
        equal(store.recall("document"), {"list": [1]}, "a kept document does not change")
        for given in (store.get("a"), *store.queued("default", 1)):
            if given is not None:
                given.payload["list"].append(3)
        store.recall("document")["list"].append(3)
    store.close()


CHECKS: tuple[Check, ...] = (
    every_field_comes_back,
    any_json_comes_back,
    any_text_comes_back,
    what_no_store_can_keep_is_refused,
    nobody_can_change_what_is_kept,
)
