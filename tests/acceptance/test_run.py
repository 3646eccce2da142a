"""A batch from its files to its results."""

import json
import shlex
import subprocess

import pytest

from tests.acceptance.sandbox import Sandbox


def test_all_done_is_exit_code_0_and_a_line_a_task(sandbox: Sandbox):
    sandbox.write_tasks(*[sandbox.task(f"t{number}") for number in range(6)])
    done = sandbox.run(code=0)
    assert sorted(sandbox.noted("end")) == [f"t{number}" for number in range(6)]
    for line in sandbox.lines():
        assert list(line) == ["id", "state", "attempts", "worker", "exit_code", "duration", "error"]
        assert line | {"id": "", "worker": "", "duration": 0} == {
            "id": "", "state": "succeeded", "attempts": 1, "worker": "", "exit_code": 0, "duration": 0, "error": None,
        }  # fmt: skip
        assert line["worker"] in {"w-0", "w-1"}
        assert line["duration"] > 0
    assert "6 tasks: 6 succeeded" in done.stdout


def test_a_task_that_fails_is_exit_code_1_and_says_why(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("good"), sandbox.task("bad", "echo words; exit 7", max_attempts=1))
    done = sandbox.run(code=1)
    bad = next(line for line in sandbox.lines() if line["id"] == "bad")
    assert (bad["state"], bad["attempts"], bad["exit_code"]) == ("failed", 1, 7)
    assert "7" in bad["error"]
    assert "words" in sandbox.log("bad")
    assert str(sandbox.results / "logs" / "bad.log") in done.stdout
    assert sandbox.states()["good"] == "succeeded"


def test_a_failed_attempt_is_repeated(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("flaky", 'test "$APPORTION_ATTEMPT" -ge 2', max_attempts=2))
    sandbox.run(code=0)
    (line,) = sandbox.lines()
    assert (line["state"], line["attempts"], line["error"]) == ("succeeded", 2, None)


def test_a_command_that_takes_too_long_or_is_killed_is_a_failed_attempt(sandbox: Sandbox):
    endless = sandbox.task("endless", "exec tail -f /dev/null", timeout=0.3, max_attempts=1)
    sandbox.write_tasks(endless, sandbox.task("killed", "kill -9 $$", max_attempts=1))
    sandbox.run(code=1)
    lines = {line["id"]: line for line in sandbox.lines()}
    assert "timed out after 0.3 s" in lines["endless"]["error"]
    assert (lines["killed"]["state"], lines["killed"]["exit_code"]) == ("failed", -9)
    assert "SIGKILL" in lines["killed"]["error"]


def test_what_needs_a_capability_runs_where_it_is(sandbox: Sandbox):
    sandbox.write_fleet('id = "plain"\nmax_capacity = 4', 'id = "able"\nmax_capacity = 1\ncapabilities = ["gpu"]')
    sandbox.write_tasks(*[sandbox.task(f"t{n}", requirements={"capabilities": ["gpu"]}) for n in range(3)])
    sandbox.run(code=0)
    assert {line["worker"] for line in sandbox.lines()} == {"able"}


def test_a_command_gets_the_environment_of_its_worker_and_its_own_and_runs_in_its_folder(sandbox: Sandbox):
    (sandbox.folder / "sub").mkdir()
    sandbox.write_fleet('id = "w"\nmax_capacity = 1\nenv = { LEVEL = "1", COLOUR = "red" }')
    task = sandbox.task("a")
    task["payload"] = {
        "command": ["sh", "-c", 'echo "$LEVEL $COLOUR $APPORTION_WORKER $(basename "$PWD")"'],
        "env": {"COLOUR": "blue"},
        "cwd": "sub",
    }
    sandbox.write_tasks(task)
    sandbox.run(code=0)
    assert "1 blue w sub" in sandbox.log("a")


def test_fail_fast_stops_at_the_first_failure_and_the_rest_can_go_on(sandbox: Sandbox):
    sandbox.write_fleet('id = "w"\nmax_capacity = 1')
    first = sandbox.task("first", "exit 1", max_attempts=1, requirements={"priority": 9})
    sandbox.write_tasks(first, sandbox.task("second"), sandbox.task("third"))
    sandbox.run("--fail-fast", code=1)
    assert sandbox.states() == {"first": "failed"}
    sandbox.run(code=1)
    assert sandbox.states() == {"first": "failed", "second": "succeeded", "third": "succeeded"}


def test_higher_priorities_come_first(sandbox: Sandbox):
    sandbox.write_fleet('id = "w"\nmax_capacity = 1')
    sandbox.write_tasks(*[sandbox.task(f"p{n}", requirements={"priority": n}) for n in (3, 9, 1, 7)])
    sandbox.run(code=0)
    assert sandbox.noted("start") == ["p9", "p7", "p3", "p1"]


def test_the_summary_as_json(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"), sandbox.task("b", "exit 1", max_attempts=1))
    summary = json.loads(sandbox.run("--json", code=1).stdout)
    assert (summary["total"], summary["succeeded"], summary["failed"]) == (2, 1, 1)
    assert [row["id"] for row in summary["workers"]] == ["w-0", "w-1"]
    assert [failure["id"] for failure in summary["failures"]] == ["b"]


def test_tasks_from_standard_input(sandbox: Sandbox):
    sandbox.run("-", stdin=json.dumps(sandbox.task("a")), code=0)
    assert sandbox.states() == {"a": "succeeded"}


def test_a_dry_run_says_who_gets_what_and_why_and_changes_nothing(sandbox: Sandbox):
    sandbox.write_tasks(*[sandbox.task(f"t{number}") for number in range(3)])
    before = sorted(sandbox.folder.rglob("*"))
    done = sandbox.run("--dry-run", code=0)
    assert sorted(sandbox.folder.rglob("*")) == before
    for words in ("t0", "t1", "t2", "w-0", "w-1", "waits", "score", "2 of 3 tasks would start at once"):
        assert words in done.stdout


def test_a_dry_run_knows_what_has_ended_and_leaves_the_state_alone(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"))
    sandbox.run(code=0)
    sandbox.write_tasks(sandbox.task("a"), sandbox.task("b"))
    before = {path: path.read_bytes() for path in sorted(sandbox.results.rglob("*")) if path.is_file()}
    done = sandbox.run("--dry-run", code=0)
    assert "1 of 1 tasks would start at once" in done.stdout
    assert "1 more have ended" in done.stdout
    assert {path: path.read_bytes() for path in sorted(sandbox.results.rglob("*")) if path.is_file()} == before


def test_a_dry_run_says_when_what_is_delayed_would_start(sandbox: Sandbox):
    date = 4102444800  # 2100-01-01
    late = sandbox.task("late", not_before=date)
    sandbox.write_tasks(late, sandbox.task("soon", delay=3600), sandbox.task("now"))
    done = sandbox.run("--dry-run", code=0)
    assert "1 of 3 tasks would start at once" in done.stdout
    assert "2 are delayed" in done.stdout
    assert "not before 2100-01-01 00:00:00 UTC" in done.stdout
    assert "3600 s from now" in done.stdout
    planned = json.loads(sandbox.run("--dry-run", "--json", code=0).stdout)
    assert [(task["id"], task["worker"] is None) for task in planned] == [
        ("now", False),
        ("soon", True),
        ("late", True),
    ]
    assert [task["not_before"] for task in planned][::2] == [None, date]


def test_a_dry_run_counts_a_delay_from_when_the_task_was_handed_in(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("stop", "exit 1", max_attempts=1), sandbox.task("later", delay=3600))
    sandbox.run("--fail-fast", code=1)
    (first,) = json.loads(sandbox.run("--dry-run", "--json", code=0).stdout)
    (second,) = json.loads(sandbox.run("--dry-run", "--json", code=0).stdout)
    assert first["id"] == "later"
    assert first["not_before"] == second["not_before"]


@pytest.mark.parametrize("id", ["a/b", "..", "ünï ☃", "x" * 255, "-", "a\nb"])
def test_any_text_is_an_id(sandbox: Sandbox, id: str):
    task = sandbox.task("plain") | {"id": id}
    sandbox.write_tasks(task)
    sandbox.run(code=0)
    assert sandbox.states() == {id: "succeeded"}
    assert len(list((sandbox.results / "logs").iterdir())) == 1


@pytest.mark.parametrize("option", ["--quiet", "--json", "--dry-run"])
def test_output_onto_a_full_disk_is_an_error_of_the_surroundings(sandbox: Sandbox, option: str):
    sandbox.write_tasks(sandbox.task("a"))
    done = in_a_shell(sandbox, option, "> /dev/full")
    assert done.returncode == 4, done.stderr
    assert done.stderr == "error: the output cannot be written: No space left on device; what was done is kept\n"
    assert sandbox.states() == ({} if option == "--dry-run" else {"a": "succeeded"})


@pytest.mark.parametrize("how", ["2> /dev/full", ">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_it_goes_on_without_its_streams(sandbox: Sandbox, how: str):
    sandbox.write_tasks(sandbox.task("a", "echo out; echo err >&2"))
    done = in_a_shell(sandbox, how)
    assert done.returncode == 0, done.stderr
    assert sandbox.states() == {"a": "succeeded"}
    assert sandbox.log("a").endswith("out\nerr\n")


def in_a_shell(sandbox: Sandbox, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the batch with words that a shell understands, such as redirections."""
    line = " ".join([shlex.join(sandbox.command()), *words])
    return subprocess.run(["sh", "-c", line], cwd=sandbox.folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_it_goes_on_when_nobody_listens_any_more(sandbox: Sandbox, closed: str):
    sandbox.write_tasks(
        *[sandbox.task(f"t{number}") for number in range(3)], sandbox.task("x", "exit 1", max_attempts=1)
    )
    run = sandbox.start()
    getattr(run, closed).close()
    setattr(run, closed, None)
    run.communicate(timeout=30)
    assert run.returncode == 1
    assert len(sandbox.lines()) == 4
