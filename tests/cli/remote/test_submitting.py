"""Submitting: one task from flags, many from a file, and what is refused before anything is sent."""

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.remote.conftest import CommandLine


def test_a_command_from_flags_runs_here_and_is_shown_with_its_story(cli: CommandLine, tmp_path: Path):
    said = cli("submit", "--type", "shell", "-c", "text", "--wait", "--", "sh", "-c", "pwd > where")
    assert (said.code, said.err) == (0, "")
    assert " is succeeded" in said.out
    assert "attempt 1 given to big" in said.out
    assert (tmp_path / "where").read_text().strip() == str(tmp_path)


def test_flags_say_what_the_api_has(cli: CommandLine):
    words = [
        "--type",
        "x",
        "--payload",
        '{"a": [1]}',
        "-c",
        "gpu",
        "-c",
        "text",
        "--complexity",
        "2",
        "--priority",
        "7",
    ]
    words += ["--tenant", "acme", "--timeout", "9", "--max-attempts", "2", "--delay", "0.5", "--id", "said-by-flags"]
    words += ["--requirements", '{"explore": false, "priority": 1}', "--key", "k1"]
    said = cli("submit", *words)
    assert said.out == "said-by-flags\n"
    assert "no worker that is there could ever take it" in said.err
    task = cli("tasks", "said-by-flags", "--json").json
    wanted = {"task_type": "x", "payload": {"a": [1]}, "tenant": "acme", "timeout": 9, "max_attempts": 2}
    assert wanted.items() <= task.items()
    needs = {"capabilities": ["gpu", "text"], "complexity": 2, "priority": 7, "explore": False}
    assert needs.items() <= task["requirements"].items()
    assert cli("submit", *words).out == said.out  # the same key, the same task
    cli("cancel", "said-by-flags")


@pytest.mark.parametrize("source", ["file", "stdin"])
def test_the_lines_of_apportion_run_do_the_same_here(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
):
    folder = tmp_path / "tasks"
    (folder / "inner").mkdir(parents=True)
    lines = [
        {
            "id": f"{source}-a",
            "task_type": "shell",
            "payload": {"command": ["sh", "-c", "pwd > ../at"], "cwd": "inner"},
        },
        {"id": f"{source}-b", "task_type": "shell", "payload": {"command": ["false"]}, "max_attempts": 1},
        {"task_type": "shell", "payload": {"command": ["true"]}},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    (folder / "tasks.jsonl").write_text(text)
    if source == "stdin":
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    said = cli("submit", "-" if source == "stdin" else "tasks/tasks.jsonl", "--wait", "--json")
    assert said.code == 1
    assert [(task["state"], task["error"]) for task in said.lines] == [
        ("succeeded", None),
        ("failed", "exit code 1, without a word"),
        ("succeeded", None),
    ]
    assert (folder / "at").read_text().strip() == str(folder / "inner")


def test_what_is_wrong_with_a_file_is_named_with_its_line_and_nothing_is_sent(offline: CommandLine, tmp_path: Path):
    lines = ['{"task_type": "a"}', "{", "7", '{"payload": 1}', '{"task_type": "a", "tiemout": 3}']
    lines += ['{"task_type": "a", "payload": {"command": "ls -l"}}', '{"task_type": "a", "timeout": -1}']
    lines += ['{"task_type": "a", "requirements": {"priority": "high"}}']
    (tmp_path / "tasks.jsonl").write_text("\n".join(lines))
    said = offline("submit", "tasks.jsonl")
    assert said.code == 2
    for line, words in [
        (2, "JSON"), (3, "a task is an object"), (4, "task_type: is required"), (5, "did you mean 'timeout'"),
        (6, 'for a shell write ["sh", "-c", "ls -l"]'), (7, "timeout"), (8, "priority"),
    ]:  # fmt: skip
        assert any(f"line {line}: " in each and words in each for each in said.err.splitlines()), (line, said.err)
    assert said.err.endswith("nothing was submitted\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["absent.jsonl"], "absent.jsonl: cannot be read"),
        (["ls", "-l"], "No such option"),
        (["--", "ls", "-l"], "a command needs --type before it"),
        (["--wait"], "name a file of tasks"),
        (["tasks.jsonl", "--priority", "3"], "each line says its own"),
        (["--type", "x", "--payload", "{"], "must be JSON"),
        (["--type", "x", "--payload", "1", "--", "ls"], "a command is a payload already"),
        (["--type", "x", "--requirements", "[]"], "must be an object"),
        (["--type", "x", "--cwd", "/"], "is for commands"),
    ],
)
def test_words_that_make_no_sense_are_refused_before_anybody_is_asked(offline: CommandLine, words, said):
    refused = offline("submit", *words)
    assert refused.code == 2
    assert said in " ".join(refused.err.replace("│", " ").split())


def test_without_a_service_it_says_how_to_start_one(offline: CommandLine):
    for words in (
        ["submit", "--type", "x"],
        ["submit", "--type", "x", "--wait"],
        ["tasks", "a", "--wait"],
        ["workers"],
    ):
        said = offline(*words)
        assert said.code == 5
        assert "no answer from http://127.0.0.1:9" in said.err
        assert "apportion up" in said.err
        assert "APPORTION_URL" in said.err


def test_a_wait_has_an_end_and_says_what_it_waits_for(cli: CommandLine):
    cli("submit", "--type", "x", "-c", "nowhere", "--id", "for-ever", "--payload", "1")
    said = cli("tasks", "for-ever", "--within", "0.2")
    assert said.code == 124
    assert "note: task for-ever waits: no worker that is there could ever take it" in said.err
    assert "has not ended" in said.err
    cli("cancel", "for-ever")
