"""Reading tasks files: what is right is read, and all that is wrong is named with its line."""

import json
from pathlib import Path
from typing import Any

import pytest

from apportion.batch.problems import Problems
from apportion.batch.tasks_file import read_tasks, read_tasks_file

GOOD = {"id": "a", "task_type": "count", "payload": {"command": ["wc", "-l", "x"]}}


Line = str | bytes | dict[str, Any]


def read(*lines: Line):
    """Return the tasks and the messages for these lines."""
    problems = Problems("tasks.jsonl")
    tasks = read_tasks([as_bytes(line) + b"\n" for line in lines], problems)
    return tasks, [str(problem).removeprefix("tasks.jsonl, ") for problem in problems.found]


def as_bytes(line: Line) -> bytes:
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line)).encode()


def problem_of(line: Line) -> str:
    """Return the one message for a line that is wrong."""
    tasks, (message,) = read(line)
    assert tasks == []
    return str(message)


def test_a_line_says_everything_about_a_task():
    (task,), messages = read(
        GOOD
        | {
            "requirements": {"capabilities": ["gpu"], "complexity": 2, "priority": 9},
            "timeout": 1.5,
            "max_attempts": 2,
            "not_before": 5,
            "schedule_timeout": 60,
        }
    )
    assert messages == []
    assert (task.id, task.task_type, task.payload, task.line) == ("a", "count", GOOD["payload"], 1)
    assert task.requirements.capabilities == {"gpu"}
    assert (task.requirements.complexity, task.requirements.priority, task.requirements.task_type) == (2, 9, "count")
    assert (task.timeout, task.max_attempts, task.not_before, task.schedule_timeout) == (1.5, 2, 5, 60)


def test_blank_lines_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    tasks, messages = read("\ufeff" + json.dumps(GOOD) + "\r", "", "   ", GOOD | {"id": "b"})
    assert messages == []
    assert [(task.id, task.line) for task in tasks] == [("a", 1), ("b", 4)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"id": ', ["line 1", "column 8", "not JSON"]),
        ("nonsense", ["column 1", "not JSON"]),
        ("[1, 2]", ["a task is an object"]),
        (b'{"id": "\xff"}', ["column 9", "not UTF-8"]),
        ('{"id": "a", "id": "b"}', ["'id' is there twice"]),
        ('{"id": NaN}', ["NaN is not JSON"]),
        ('{"timeout": 1e999}', ["not JSON"]),
        (r'{"id": "\ud800"}', ["half of a character"]),
        ("[" * 100_000, ["nested too deeply"]),
        (GOOD | {"timeuot": 3}, ["task.timeuot", "did you mean 'timeout'", "known: id, task_type"]),
        (GOOD | {"requirements": {"capabilites": []}}, ["did you mean 'capabilities'"]),
        (GOOD | {"payload": {"command": ["x"], "cdw": "."}}, ["payload.cdw", "did you mean 'cwd'"]),
        (GOOD | {"priority": 3}, ["task.priority", '{"requirements": {"priority": …}}']),
        (GOOD | {"requirements": {"task_type": "x"}}, ["stands beside requirements"]),
        (GOOD | {"requirements": []}, ["task.requirements", "must be an object"]),
        (GOOD | {"requirements": {"capabilities": "gpu"}}, ["requirements.capabilities", "write ['gpu']"]),
        (GOOD | {"requirements": {"capabilities": [["gpu"]]}}, ["requirements.capabilities", "must be a string"]),
        (GOOD | {"requirements": {"complexity": 0}}, ["requirements.complexity", "greater than 0"]),
        (GOOD | {"requirements": {"constraints": "gpu"}}, ["requirements.constraints", "list of objects"]),
        (GOOD | {"requirements": {"constraints": [{"label": "x", "operator": "=<"}]}}, ["unknown operator '=<'"]),
        (GOOD | {"id": 5}, ["task.id", "must be a string, not 5"]),
        (GOOD | {"id": ""}, ["task.id", "must not be empty"]),
        (GOOD | {"id": "x" * 256}, ["task.id", "at most 255"]),
        (GOOD | {"timeout": True}, ["task.timeout", "must be a number"]),
        (GOOD | {"timeout": 0}, ["task.timeout", "greater than 0"]),
        (GOOD | {"max_attempts": 1.5}, ["task.max_attempts", "whole number"]),
        (GOOD | {"max_attempts": 0}, ["task.max_attempts", "at least 1"]),
        (GOOD | {"max_attempts": 2**63}, ["task.max_attempts", "at most 1e+06"]),
        (GOOD | {"timeout": 10**30}, ["task.timeout", "at most 1e+09"]),
        (GOOD | {"delay": 10**30}, ["task.delay", "at most 1e+09"]),
        (GOOD | {"schedule_timeout": 10**30}, ["task.schedule_timeout", "at most 1e+09"]),
        (GOOD | {"not_before": 10**30}, ["task.not_before", "at most 1e+11"]),
        (GOOD | {"payload": "ls"}, ["payload", "must be an object"]),
        (GOOD | {"payload": {}}, ["payload.command", "required"]),
        (GOOD | {"payload": {"command": "ls -l"}}, ["payload.command", '["sh", "-c", "ls -l"]']),
        (GOOD | {"payload": {"command": []}}, ["payload.command", "name of a program"]),
        (GOOD | {"payload": {"command": ["ls", 1]}}, ["payload.command[1]", "must be a string"]),
        (GOOD | {"payload": {"command": ["ls", "\0"]}}, ["payload.command[1]", "NUL"]),
        (GOOD | {"payload": {"command": ["ls"], "env": {"A": 1}}}, ["payload.env.A", 'write "1"']),
        (GOOD | {"payload": {"command": ["ls"], "cwd": 1}}, ["payload.cwd", "must be a string"]),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(line, words):
    message = problem_of(line)
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize("name", ["id", "task_type", "payload"])
def test_what_is_required_is_asked_for(name):
    message = problem_of({field: value for field, value in GOOD.items() if field != name})
    assert f"task.{name}: is required and missing" in message


def test_everything_wrong_with_a_file_is_named_not_only_the_first():
    _, messages = read(GOOD | {"timeuot": 3, "requirements": {"complexity": "x", "priority": "y"}}, "nonsense")
    assert [message.split(": ")[:2] for message in messages] == [
        ["line 1", "task.timeuot"],
        ["line 1", "requirements.complexity"],
        ["line 1", "requirements.priority"],
        ["line 2", "column 1"],
    ]


def test_an_id_that_is_there_twice_is_refused_with_both_lines():
    _, messages = read(GOOD, GOOD | {"id": "b"}, GOOD)
    assert messages == ["line 3: id: 'a' is the id of line 1 too; ids are unique"]


def test_a_file_without_a_task_is_refused(tmp_path: Path):
    path = tmp_path / "tasks.jsonl"
    path.write_text("\n\n")
    assert str(read_tasks_file(str(path)).problems[0]) == f"{path}: holds no task"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    (problem,) = read_tasks_file(str(tmp_path / "none.jsonl")).problems
    assert str(problem) == f"{tmp_path / 'none.jsonl'}: cannot be read: No such file or directory"


def test_commands_run_in_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "tasks.jsonl").write_text(json.dumps(GOOD))
    monkeypatch.chdir(tmp_path)
    assert read_tasks_file("tasks.jsonl").folder == tmp_path
