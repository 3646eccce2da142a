"""What the log says of what happened: one line each, with names and values for programs."""

import json
import logging

import pytest

from apportion.cli.serve_log import _JsonLines
from apportion.events import StoreTroubled, StrategyFailed, TaskFailed, TaskRequeued, TasksPlaced, WorkerGone
from apportion.model.task_record import Task
from apportion.service import journal

HOSTILE = "down\n2026-01-01 ERROR forged\x1b[31m\u2028"


def logged(caplog, fact):
    with caplog.at_level(logging.INFO, logger="apportion.events"):
        journal.note(fact)
    return caplog.records


@pytest.mark.parametrize(
    ("fact", "level", "said", "fields"),
    [
        (WorkerGone(5.0, "w1", "silent"), "INFO", "worker 'w1' is gone: silent", {"worker_id": "w1"}),
        (
            TaskFailed(5.0, Task("t1", "lint", error="exit code 2", attempt=3)),
            "WARNING",
            "task 't1' failed: exit code 2",
            {"task_id": "t1", "task_type": "lint", "attempt": 3},
        ),
        (
            TaskRequeued(5.0, Task("t1", "lint"), worker_id="w1", reason="its lease was not renewed"),
            "INFO",
            "task 't1' was taken from worker 'w1': its lease was not renewed",
            {"task_id": "t1"},
        ),
        (StrategyFailed(5.0, "mine", "KeyError"), "ERROR", "the strategy 'mine' failed", {"strategy": "mine"}),
        (StoreTroubled(5.0, "disk full"), "ERROR", "disk full", {}),
    ],
)
def test_what_an_operator_wants_to_read_is_logged(caplog, fact, level, said, fields):
    (record,) = logged(caplog, fact)
    assert record.levelname == level
    assert said in record.getMessage()
    line = json.loads(_JsonLines().format(record))
    assert {**line, **fields, "event": fact.kind, "happened_at": 5.0} == line


@pytest.mark.parametrize(
    "fact",
    [TasksPlaced(5.0, 1, 0.1), TaskRequeued(5.0, Task("t", "lint"), worker_id="w", reason="exit 1", counted=True)],
)
def test_what_happens_all_the_time_is_not(caplog, fact):
    assert logged(caplog, fact) == []


def test_whoever_writes_a_reason_writes_no_line_of_the_log(caplog):
    (record,) = logged(caplog, WorkerGone(5.0, "w", HOSTILE))
    assert record.getMessage().isprintable()
    (long,) = logged(caplog, StoreTroubled(5.0, "x" * 100_000))[1:]
    assert len(long.getMessage()) < 600
