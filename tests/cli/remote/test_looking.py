"""Listing, showing, explaining, following, and changing what is there."""

import json
from typing import Any

import pytest

from tests.acceptance.waiting import until
from tests.cli.remote.conftest import CommandLine
from tests.service.conftest import Process


@pytest.fixture
def impossible(cli: CommandLine) -> str:
    return cli("submit", "--type", "odd", "-c", "gpu", "--payload", "1").out.strip()


def test_lists_are_newest_first_cut_and_filtered(cli: CommandLine):
    ids = [cli("submit", "--type", "listed", "--tenant", "t1", "--payload", "1", "-c", "no").out.strip() for _ in "abc"]
    said = cli("tasks", "--type", "listed", "--json")
    assert [task["id"] for task in said.lines] == ids[::-1]
    assert [task["payload"] for task in said.lines] == [1, 1, 1]
    table = cli("tasks", "--type", "listed", "--tenant", "t1", "--limit", "2").out
    assert [id in table for id in ids] == [False, True, True]
    assert "there are more: --limit 20, or --all" in table
    assert len(cli("tasks", "--type", "listed", "--all", "--json").lines) == 3
    assert cli("tasks", "--type", "listed", "--state", "failed").out == "no such tasks\n"
    assert cli("cancel", "--type", "listed", "--yes").err == "note: 3 tasks were cancelled\n"
    assert cli("retry", "--type", "listed", "--yes").err == "note: 3 tasks are queued again\n"
    assert {task["state"] for task in cli("tasks", "--type", "listed", "--json").lines} == {"queued"}
    cli("cancel", "--all", "--yes")


def test_a_failed_task_tells_its_story_and_can_be_retried(cli: CommandLine):
    words = [
        "--type",
        "bad",
        "--id",
        "story",
        "--max-attempts",
        "2",
        "--wait",
        "--",
        "sh",
        "-c",
        "echo no luck; exit 4",
    ]
    said = cli("submit", *words)
    assert said.code == 1
    story = said.out.split("\n\n")[-1].splitlines()
    for line, said_there in zip(
        story,
        ["submitted", "attempt 1 given to ", "failed: exit code 4: no luck", "attempt 2 given to ", "failed after"],
        strict=True,
    ):
        assert said_there in line
    assert "✗ story: exit code 4: no luck" in cli("tasks", "--type", "bad").out
    assert cli("retry", "story").err == "note: story is queued again\n"
    assert cli("tasks", "story", "--wait").code == 1
    cancelled = cli("cancel", "story", "nothing-of-that-name")
    assert (cancelled.code, "task 'story' is failed" in cancelled.err) == (2, True)
    assert "no task with the id 'nothing-of-that-name'" in cancelled.err


def test_explaining_a_task_that_waits(cli: CommandLine, impossible: str):
    said = cli("explain", impossible)
    assert said.code == 0
    for words in ("is queued", "why: no worker that is there could ever take it", "no: lacks 'gpu'", "nearest: "):
        assert words in said.out
    assert cli("explain", impossible, "--json").json["now"]["outcome"] == "impossible"
    cli("cancel", impossible)


def test_explaining_a_task_that_is_not_submitted(cli: CommandLine):
    said = cli("explain", "--type", "shell", "-c", "text", "--complexity", "2")
    assert "it would go to big, chosen by adaptive" in said.out
    assert "no: lacks 'text'" in said.out
    assert cli("explain", "-c", "text", "--json").json["worker"]["id"] == "big"
    assert cli("explain", "some-id", "-c", "text").code == 2


def test_workers_are_listed_shown_drained_and_let_go(cli: CommandLine):
    said = cli("workers").out
    for words in ("big", "small-0", "small-1", "python, text", "0/4"):
        assert words in said
    assert [worker["id"] for worker in cli("workers", "--json").lines] == ["big", "small-0", "small-1"]
    assert "a part of the service" in cli("workers", "big").out
    assert cli("drain", "small-1").err == "note: small-1 gets nothing new\n"
    assert cli("workers", "small-1", "--json").json["status"] == "draining"
    assert cli("remove", "small-1").err == "note: small-1 is gone\n"
    gone = cli("workers", "small-1")
    assert (gone.code, gone.err) == (2, "error: no worker with the id 'small-1'\n")


def test_who_decides_is_shown_and_switched(cli: CommandLine):
    assert cli("strategy", "least-loaded").code == 0
    assert cli("strategy", "--json").json["name"] == "least-loaded"
    unknown = cli("strategy", "best")
    assert (unknown.code, "best" in unknown.err) == (2, True)
    assert "weight" in cli("strategy", "adaptive").out


def test_advice(cli: CommandLine):
    assert cli("recommendations", "--apply").out == "nothing to recommend\n"
    assert cli("recommendations", "--json").out == ""
    words = ["--type", "endless", "-c", "text", "--complexity", "4", "--id", "endless", "--", "tail", "-f", "/dev/null"]
    cli("submit", *words)
    until(lambda: "from big " in cli("recommendations").out)
    unasked = cli("recommendations", "--apply")
    assert (unasked.code, "--yes" in unasked.err) == (2, True)
    done = cli("recommendations", "--apply", "--yes", "--json").lines
    assert {each["from_worker"] for each in done} == {"big"}
    assert not any(each["applied"] for each in done)  # it has started, and what has started is not moved
    assert "not done" in cli("recommendations", "--apply", "--yes").out
    cli("cancel", "endless")


def test_changing_in_bulk_is_confirmed_first(cli: CommandLine):
    nobody_meant = cli("cancel", "--yes")
    assert (nobody_meant.code, "--all means all of them" in nobody_meant.err) == (2, True)
    unasked = cli("retry", "--state", "failed", "--type", "x")
    assert unasked.code == 2
    assert "retry tasks that are failed, of type 'x'" in " ".join(unasked.err.replace("│", " ").split())
    assert "--yes" in unasked.err
    assert cli("cancel", "--state", "lost").code == 2


def test_events_are_followed(started: Any, cli: CommandLine):
    plain, structured = started("events", "--task", "followed"), started("events", "--json", "--kind", "task-succeeded")
    assert "following" in plain.stderr.readline()
    assert "following" in structured.stderr.readline()
    assert cli("submit", "--type", "shell", "--id", "followed", "--wait", "--", "true").code == 0
    lines = [plain.stdout.readline() for _ in range(3)]
    assert [("queued" in lines[0]), ("assigned" in lines[1]), ("succeeded" in lines[2])] == [True] * 3
    assert all(" followed (shell)" in line for line in lines)
    event = json.loads(structured.stdout.readline())
    assert (event["kind"], event["data"]["task_id"]) == ("task-succeeded", "followed")
    assert set(event) == {"id", "kind", "data"}


def test_a_worker_of_its_own_runs_command_lines_of_its_types_only(started: Any, cli: CommandLine, service: Process):
    worker = started("worker", "--allow-commands", "--type", "own", "-c", "special", "--capacity", "2", "--id", "mine")
    for line in worker.stderr:
        if "is at work" in line:
            break
    shown = cli("workers", "mine", "--json").json
    assert (shown["capabilities"], shown["max_capacity"], shown["task_types"]) == (["special"], 2, ["own"])
    said = cli("submit", "--type", "own", "-c", "special", "--wait", "--json", "--", "true")
    assert [(task["state"], task["assigned_worker"]) for task in said.lines] == [("succeeded", "mine")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--allow-commands"),
        (["nowhere:worker"], "there is no module 'nowhere'"),
        (["nowhere"], "module:worker"),
        (["json:dumps"], "no Worker"),
        (["--allow-commands", "m:w", "-c", "x"], "what the module says"),
    ],
)
def test_a_worker_that_cannot_be_says_why(offline: CommandLine, words, said):
    refused = offline("worker", "--id", "w", *words)
    assert refused.code == 2
    assert said in " ".join(refused.err.replace("│", " ").split())
