"""OpenTelemetry: a span for each task, and in it for its submit, its wait and choice of a worker, and each run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from apportion.events import (
    Fact,
    TaskAssigned,
    TaskCancelled,
    TaskFact,
    TaskFailed,
    TaskQueued,
    TaskRequeued,
    TaskSucceeded,
)
from apportion.model.task_record import Task
from apportion.model.trace_context import TraceContext, parse, span_of


class Tracing:
    """Writes spans, each when it has ended: nothing is remembered between facts, so a restart loses none.

    Args:
        exporter: takes the spans; None: the one that the standard's variables (``OTEL_EXPORTER_OTLP_…``) describe.
            ``OTEL_TRACES_SAMPLER`` says which tasks are traced, ``OTEL_RESOURCE_ATTRIBUTES`` what is said of the
            service.
    """

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "apportion"}))
        self._processor = BatchSpanProcessor(exporter or OTLPSpanExporter())
        self._notes: dict[type[Fact], Callable[[Any], None]] = {
            TaskQueued: self._queued,
            TaskAssigned: self._assigned,
            TaskRequeued: self._requeued,
            TaskSucceeded: self._ended,
            TaskFailed: self._ended,
            TaskCancelled: self._ended,
        }

    def note(self, fact: Fact) -> None:
        """Take in what has happened; an observer."""
        note = self._notes.get(type(fact))
        if note is not None and isinstance(fact, TaskFact) and self._sampled(fact.task):
            note(fact)

    def close(self) -> None:
        """Hand over what is left. This waits for whoever collects."""
        self._processor.shutdown()  # type: ignore[no-untyped-call]

    # --- what happened ----------------------------------------------------------------------------------------------

    def _queued(self, fact: TaskQueued) -> None:
        task = fact.task
        if not task.attempt:
            self._write(task, "submit", "submit", task.created_at, fact.at, SpanKind.SERVER)

    def _assigned(self, fact: TaskAssigned) -> None:
        task = fact.task
        began = max(task.queued_at, task.not_before or 0.0)
        decision = task.decision or {}
        chosen = {"apportion.strategy": decision.get("strategy"), **_run(task)}
        self._write(task, f"decide {task.attempt}", "decide", began, fact.at, SpanKind.INTERNAL, chosen)

    def _requeued(self, fact: TaskRequeued) -> None:
        problem = fact.reason if fact.counted else None
        facts = {**_run(fact.task), "apportion.requeued": fact.reason, "apportion.worker": fact.worker_id}
        self._ran(fact, problem, facts)

    def _ended(self, fact: TaskFact) -> None:
        task = fact.task
        problem = task.error or "failed" if isinstance(fact, TaskFailed) else None
        if task.assigned_at is not None and task.assigned_at >= task.queued_at:
            self._ran(fact, problem, _run(task))
        facts = {
            "apportion.state": task.state.value,
            "apportion.attempts": task.attempt,
            "apportion.tenant": task.tenant,
        }
        self._write(task, "task", task.task_type, task.created_at, fact.at, SpanKind.PRODUCER, facts, problem)

    def _ran(self, fact: TaskFact, problem: str | None, facts: dict[str, Any]) -> None:
        task = fact.task
        began = fact.at if task.assigned_at is None else task.assigned_at
        self._write(task, f"run {task.attempt}", "run", began, fact.at, SpanKind.CONSUMER, facts, problem)

    # --- spans ------------------------------------------------------------------------------------------------------

    def _sampled(self, task: Task) -> bool:
        """Whoever submitted a traced task decides, else the sampler, the same way for all spans of a task."""
        parent = parse(task.traceparent)
        if parent is not None:
            return parent.sampled
        trace_id = span_of(task.id, None).trace_id
        return (
            self._provider.sampler.should_sample(None, trace_id, task.task_type).decision is Decision.RECORD_AND_SAMPLE
        )

    def _write(
        self,
        task: Task,
        part: str,
        name: str,
        start: float,
        end: float,
        kind: SpanKind,
        facts: dict[str, Any] | None = None,
        problem: str | None = None,
    ) -> None:
        parent = parse(task.traceparent) if part == "task" else span_of(task.id, task.traceparent)
        said = {"apportion.task_id": task.id, "apportion.task_type": task.task_type, **(facts or {})}
        self._processor.on_end(
            ReadableSpan(
                name=name if part == "task" else f"{name} {task.task_type}",
                context=_context(span_of(task.id, task.traceparent, part), remote=False),
                parent=None if parent is None else _context(parent, remote=part == "task"),
                resource=self._provider.resource,
                attributes={key: value for key, value in said.items() if value is not None},
                kind=kind,
                status=Status(StatusCode.OK) if problem is None else Status(StatusCode.ERROR, problem),
                start_time=_nanoseconds(start),
                end_time=_nanoseconds(max(start, end)),
            )
        )


def _run(task: Task) -> dict[str, Any]:
    return {"apportion.worker": task.assigned_worker, "apportion.attempt": task.attempt, "apportion.lease": task.lease}


def _context(span: TraceContext, *, remote: bool) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if span.sampled else TraceFlags.DEFAULT)
    return SpanContext(span.trace_id, span.span_id, remote, flags)


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1_000_000_000)
