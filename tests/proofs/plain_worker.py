"""A worker that knows nothing but the wire: ``plain_worker.py URL ID LEDGER``.

It writes down what it saw, a line each: ``claimed``, ``acked`` or ``refused``, the task, its lease.
"""

import json
import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

URL, ID, LEDGER = sys.argv[1:]
AT_ONCE = 10
WORK = 0.05  # seconds that a handful of tasks takes
NEVER = Event()

ledger = Path(LEDGER).open("ab", buffering=0)  # noqa: SIM115 -- until it is killed


def note(verb: str, task_id: str, lease: int) -> None:
    ledger.write(f"{verb} {task_id} {lease}\n".encode())


def call(path: str, body: object) -> tuple[int, Any]:
    """Ask until somebody answers: the service may be dead at this moment."""
    while True:
        link = HTTPConnection(urlsplit(URL).netloc, timeout=30)
        try:
            link.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            answer = link.getresponse()
            said = json.loads(answer.read())
        except (OSError, HTTPException, ValueError):
            NEVER.wait(0.05)
            continue
        finally:
            link.close()
        if answer.status < 500 and answer.status != 429:
            return answer.status, said
        NEVER.wait(0.05)


def register() -> int:
    status, said = call("/v1/workers", {"id": ID, "capabilities": [], "max_capacity": AT_ONCE})
    assert status == 201, said
    return int(said["incarnation"])


incarnation = register()
while True:
    status, said = call(f"/v1/workers/{ID}/claim", {"max": AT_ONCE, "wait": 1, "incarnation": incarnation})
    if status != 200:
        incarnation = register()
        continue
    tasks = [(each["task_id"], each["lease"]) for each in said["assignments"]]
    for task in tasks:
        note("claimed", *task)
    if not tasks:
        continue
    NEVER.wait(WORK)
    endings = [{"task_id": task, "lease": lease, "success": True} for task, lease in tasks]
    status, said = call(f"/v1/workers/{ID}/complete", {"completions": endings})
    for task, end in zip(tasks, said.get("completions", []), strict=False):
        note("acked" if end["status"] == 200 else "refused", *task)
