"""A trace goes along from the program that submits to the handler that works."""

import pytest
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, use_span

from apportion.errors import ApportionError
from apportion.model.trace_context import parse, span_of

SPAN = SpanContext(0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, False, TraceFlags(TraceFlags.SAMPLED))


def test_the_span_around_a_submit_reaches_the_handler(client, hand):
    with use_span(NonRecordingSpan(SPAN)):
        one, (other,) = client.submit("trace"), client.submit_many([{"task_type": "trace"}])
    for task in (one, other):
        seen = parse(task.result(20))
        assert seen is not None
        assert seen.trace_id == SPAN.trace_id
        assert seen == span_of(task.id, f"00-{SPAN.trace_id:032x}-{SPAN.span_id:016x}-01", "run 1")


def test_whoever_traces_nothing_sends_nothing(client, hand):
    assert client.submit("trace").result(20) is None


def test_a_trace_that_is_none_is_refused_by_name(client):
    with pytest.raises(ApportionError, match="traceparent"):
        client.submit("trace", traceparent="nonsense")
