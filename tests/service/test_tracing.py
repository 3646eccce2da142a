"""Traces of a real service, as a real collector gets them: submit, decide, run, and the whole, in one trace."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from apportion.errors import MissingExtraError
from apportion.service import tracing
from tests.service.conftest import Process

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector:
    """Takes spans by OTLP over HTTP."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        collected = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for scope in resource.scope_spans:
                        collected.extend(scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    made = Collector()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", made.url)
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def run_one(url: str, id: str, headers: dict[str, str], outcomes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Submit a task and work at it, once for each outcome; return what the claims brought."""
    got = []
    with httpx.Client(base_url=url, timeout=30) as client:
        client.post("/v1/tasks", json={"id": id, "task_type": "lint"}, headers=headers).raise_for_status()
        for outcome in outcomes:
            claim = client.post("/v1/workers/w/claim", json={"max": 1, "wait": 30}).json()["assignments"]
            got += claim
            ending = {"worker_id": "w", "lease": claim[0]["lease"], **outcome}
            client.post(f"/v1/tasks/{id}/complete", json=ending).raise_for_status()
    return got


def test_a_task_is_one_trace_from_the_submit_to_its_end(collector, tmp_path):
    process = Process(tmp_path, "--retry-backoff", "0")
    httpx.post(process.url + "/v1/workers", json={"id": "w", "capabilities": [], "max_capacity": 5})
    outcomes: list[dict[str, Any]] = [{"success": False, "error": "it broke"}, {"success": True}]
    claims = run_one(process.url, "t1", {"traceparent": PARENT}, outcomes)
    run_one(process.url, "t2", {"traceparent": PARENT[:-1] + "0"}, [{"success": True}])
    (untraced,) = run_one(process.url, "t3", {"traceparent": "nonsense"}, [{"success": True}])
    assert process.stop() == 0

    assert "traceparent" not in untraced
    spans = {(_said(span, "apportion.task_id"), span.name): span for span in collector.spans}
    assert {name for task, name in spans if task == "t1"} == {"submit lint", "decide lint", "run lint", "lint"}
    assert not [task for task, _ in spans if task == "t2"], "whoever submits says whether it is traced"
    ours = [span for span in collector.spans if _said(span, "apportion.task_id") == "t1"]
    whole = spans["t1", "lint"]
    assert whole.parent_span_id.hex() == PARENT.split("-")[2]
    assert {span.trace_id.hex() for span in ours} == {PARENT.split("-")[1]}
    assert {span.parent_span_id for span in ours if span is not whole} == {whole.span_id}
    runs = sorted((span for span in ours if span.name == "run lint"), key=lambda span: span.start_time_unix_nano)
    assert [span.status.message for span in runs] == ["it broke", ""]
    assert [claim["traceparent"] for claim in claims] == [
        f"00-{span.trace_id.hex()}-{span.span_id.hex()}-01" for span in runs
    ]
    assert [_said(span, "apportion.worker") for span in runs] == ["w", "w"]
    assert all(whole.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano for span in ours)
    assert spans["t3", "lint"].trace_id.hex() != PARENT.split("-")[1]


def _said(span: Any, name: str) -> Any:
    return next((each.value.string_value for each in span.attributes if each.key == name), None)


def test_without_a_collector_nothing_is_loaded(monkeypatch):
    for name in tracing.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    assert tracing.open_tracing() is None


def test_a_missing_part_is_named(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(__import__("sys").modules, "apportion.service.tracing.spans", None)
    with pytest.raises(MissingExtraError, match=r"apportion\[telemetry\]"):
        tracing.open_tracing()
