"""Calls made up from the OpenAPI document, right ones and wrong ones: no fault, no answer that it does not declare.

They are made by schemathesis, against a real service, with the token of an administrator. Streams are left out, as they
have no end, and those who wait are asked to wait for nothing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

import httpx
import pytest

from apportion.clock import wall_clock
from apportion.model.token import ADMIN, Token
from apportion.service.access.token_text import new_token
from apportion.stores.sqlite.access import SqliteAccess
from tests.service.conftest import Process
from tests.service.tokens import LIKE_A_TOKEN, bearer

CHECKS = """
not_a_server_error status_code_conformance content_type_conformance response_headers_conformance
response_schema_conformance negative_data_rejection unsupported_method allow_header_conformance ignored_auth
use_after_free ensure_resource_availability
"""

WAITING = """
[[operations]]
include-operation-id = ["claim", "wait_for_task", "wait_for_tasks"]
generation.mode = "positive"
"""
"""Calls that wait: a time that is out of bounds for this test is none for the service."""


@pytest.fixture
def fuzzed(tmp_path):
    """Return a function that makes calls, and returns how many those were."""
    made = new_token()
    book = SqliteAccess(tmp_path / "tasks.db")
    book.add(Token(made.id, made.digest, ADMIN, None, None, wall_clock()))
    book.close()
    process = Process(tmp_path, "--max-queued", "300", "--max-wrong-tokens", "0")
    schema = httpx.get(f"{process.url}/openapi.json", headers=bearer(made.text)).json()
    (tmp_path / "schema.json").write_text(json.dumps(without_waiting(schema)))
    (tmp_path / "schemathesis.toml").write_text(f'headers = {{ Authorization = "Bearer {made.text}" }}\n{WAITING}')

    def run(*options: str, seconds: float) -> int:
        command = [sys.executable, "-m", "schemathesis.cli", "run", "schema.json", "--url", process.url]
        command += [
            "--checks",
            ",".join(CHECKS.split()),
            "--continue-on-failure",
            "--seed",
            "1",
            "--no-color",
            *options,
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=seconds)
        assert done.returncode == 0, done.stdout[-6000:]
        assert "Traceback" not in done.stdout
        found = re.search(r"(\d+) generated", done.stdout)
        assert found is not None, done.stdout
        return int(found[1])

    yield run
    process.stop()
    said = "".join(process.said)
    assert "Traceback" not in said, said
    assert LIKE_A_TOKEN.search(said) is None


def without_waiting(schema):
    paths = schema["paths"]
    for path in [path for path in paths if "text/event-stream" in json.dumps(paths[path])]:
        del paths[path]
    for shape in schema["components"]["schemas"].values():
        for name in {"wait", "timeout"} & shape.get("properties", {}).keys():
            if name == "wait" or "ids" in shape["properties"]:
                shape["properties"][name] = {"const": 0}
                shape["required"] = [*shape.get("required", []), name]
    for parameter in paths["/v1/tasks/{id}/wait"]["get"]["parameters"]:
        if parameter["name"] == "timeout":
            parameter.update(schema={"const": 0}, required=True)
    return schema


@pytest.mark.timeout(120)
def test_what_the_schema_allows_and_what_it_does_not(fuzzed):
    assert fuzzed("--phases", "fuzzing", "--max-examples", "2", seconds=100) > 50


@pytest.mark.proof
@pytest.mark.timeout(1000)
def test_ten_thousand_calls(fuzzed):
    calls = fuzzed("--phases", "examples,coverage,fuzzing", "--max-examples", "205", "--workers", "2", seconds=900)
    assert calls >= 10_000
