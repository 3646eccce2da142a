"""Trace contexts: read as the standard says, and the same for the same task whoever asks."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.model.trace_context import TraceContext, parse, span_of

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TASK = "019a0000-0000-7000-8000-000000000001"


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.booleans())
def test_what_is_written_is_read(trace_id, span_id, sampled):
    span = TraceContext(trace_id, span_id, sampled)
    assert parse(str(span)) == span


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "x",
        PARENT[:-1],
        PARENT + "0",
        PARENT.upper(),
        "ff" + PARENT[2:],
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
        PARENT.replace("0af7", "٠af7"),
    ],
)
def test_what_the_standard_calls_invalid_says_nothing(header):
    assert parse(header) is None


def test_a_later_version_may_say_more():
    assert parse("01" + PARENT[2:] + "-what-the-future-holds") == parse(PARENT)


def test_a_task_belongs_to_the_trace_of_its_submit():
    span, parent = span_of(TASK, PARENT), parse(PARENT)
    assert parent is not None
    assert span.trace_id == parent.trace_id
    assert span.span_id != parent.span_id


def test_a_task_without_one_is_found_by_its_id():
    assert span_of(TASK, None).trace_id == UUID(TASK).int
    assert span_of("lint-1", None).trace_id not in {0, span_of("lint-2", None).trace_id}


@given(st.text(), st.text())
def test_spans_differ_by_task_and_part_alone(task_id, part):
    assert span_of(task_id, None, part) == span_of(task_id, None, part)
    assert span_of(task_id, None, part) != span_of(task_id, None, part + "x")
    assert parse(str(span_of(task_id, None, part))) is not None
