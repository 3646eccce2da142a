"""The results file: each line whole, nothing lost, nothing twice."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from apportion.batch.results import ResultsFile, result_of
from apportion.model.lifecycle import TaskState
from apportion.model.task_record import Task

DONE = Task(
    "a", "t", state=TaskState.SUCCEEDED, failures=1, assigned_worker="w", exit_code=0, duration=1.5,
    finished_at=2, error="what went wrong the first time",
)  # fmt: skip
FAILED = Task("b", "t", state=TaskState.FAILED, failures=3, assigned_worker="w", exit_code=7, finished_at=1, error="no")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_holds_exactly_what_is_promised():
    assert result_of(DONE) == {
        "id": "a",
        "state": "succeeded",
        "attempts": 2,
        "worker": "w",
        "exit_code": 0,
        "duration": 1.5,
        "error": None,
    }
    assert (result_of(FAILED)["attempts"], result_of(FAILED)["error"]) == (3, "no")


def test_what_ended_before_is_there_from_the_start_in_the_order_in_which_it_ended(tmp_path: Path):
    path = tmp_path / "results.jsonl"
    with ResultsFile(path, [DONE, FAILED]):
        assert [line["id"] for line in lines(path)] == ["b", "a"]


def test_half_a_line_of_a_killed_run_does_not_survive_the_next_start(tmp_path: Path):
    path = tmp_path / "results.jsonl"
    path.write_text('{"id": "a", "state": "succ')
    with ResultsFile(path, [DONE]) as results:
        results.add(FAILED)
    assert [line["id"] for line in lines(path)] == ["a", "b"]
    assert path.read_text().endswith("}\n")


def test_a_line_that_does_not_fit_on_the_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "results.jsonl"
    write = os.write
    calls = []

    def fills_up(file: int, data: bytes) -> int:
        calls.append(data)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data[:10])

    with ResultsFile(path, [DONE]) as results:
        monkeypatch.setattr(os, "write", fills_up)
        with pytest.raises(OSError, match="No space"):
            results.add(FAILED)
        monkeypatch.undo()
        assert [line["id"] for line in lines(path)] == ["a"]
        results.add(FAILED)
    assert [line["id"] for line in lines(path)] == ["a", "b"]
