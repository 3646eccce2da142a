"""Bad input: a clear message, exit code 2, and nothing was started."""

from pathlib import Path

import pytest

from tests.acceptance.sandbox import Sandbox


def refusal(sandbox: Sandbox, *options: str) -> str:
    """Return what the command says about a batch that it does not start."""
    done = sandbox.run(*options, code=2)
    assert sandbox.noted("start") == []
    assert done.stdout == ""
    return done.stderr


def test_a_line_that_is_no_json(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"))
    with sandbox.tasks.open("a") as file:
        file.write("{nonsense\n")
    assert f"error: {sandbox.tasks}, line 2: column 2: not JSON" in refusal(sandbox)


def test_an_unknown_field_of_a_task(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a", timeuot=5))
    assert "line 1: task.timeuot: unknown field (did you mean 'timeout'?)" in refusal(sandbox)


def test_an_unknown_field_of_a_worker(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"))
    sandbox.write_fleet('id = "w"\nmax_capacity = 1\ncapabilites = []')
    assert f"{sandbox.fleet}, line 1: worker.capabilites: unknown field (did you mean 'capabilities'?)" in refusal(
        sandbox
    )


def test_a_capability_that_nobody_has(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"), sandbox.task("b", requirements={"capabilities": ["gpu"]}))
    said = refusal(sandbox)
    assert "line 2: task 'b': nobody in the fleet could ever take it: no worker has 'gpu'" in said
    assert "2 workers lack only 'gpu'" in said


def test_a_task_too_large_for_everybody(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a", requirements={"complexity": 9}))
    assert "is the largest: it holds 1, the task needs 9" in refusal(sandbox)


def test_an_id_that_is_there_twice(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"), sandbox.task("b"), sandbox.task("a"))
    assert "line 3: id: 'a' is the id of line 1 too" in refusal(sandbox)


def test_everything_wrong_with_both_files_up_to_a_screenful(sandbox: Sandbox):
    sandbox.write_tasks(*[sandbox.task(f"t{number}", timeout=-1) for number in range(30)])
    sandbox.fleet.write_text("[[worker]\n")
    said = refusal(sandbox)
    assert said.count("error: ") == 20
    assert "and 11 more problems" in said


@pytest.mark.parametrize("option", ["--strategy", "--results", "--fleet"])
def test_an_option_without_its_value(sandbox: Sandbox, option: str):
    sandbox.write_tasks(sandbox.task("a"))
    assert option in refusal(sandbox, option)


def test_an_unknown_option_is_answered_with_the_nearest(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"))
    assert "--fail-fast" in refusal(sandbox, "--fail-fats")


def test_an_unknown_strategy(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"))
    said = refusal(sandbox, "--strategy", "round-robbin")
    assert "unknown strategy 'round-robbin' (did you mean 'round-robin'?)" in said


def test_files_that_are_not_there(sandbox: Sandbox):
    sandbox.fleet.unlink()
    said = refusal(sandbox)
    assert f"{sandbox.tasks}: cannot be read: No such file or directory" in said
    assert f"{sandbox.fleet}: cannot be read: No such file or directory" in said


def test_a_results_folder_that_is_a_file(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"))
    sandbox.results.write_text("in the way")
    said = refusal(sandbox)
    assert f"the results cannot be written to {sandbox.results}: it is a file, not a folder" in said
    assert "--results" in said


@pytest.mark.parametrize("folder", ["/proc", "/proc/nowhere"])
def test_a_results_folder_that_cannot_be_written(sandbox: Sandbox, folder: str):
    """Not even by the superuser."""
    sandbox.write_tasks(sandbox.task("a"))
    assert f"the results cannot be written to {folder}: " in refusal(sandbox, "--results", folder)


def test_a_store_that_is_something_else(sandbox: Sandbox, tmp_path: Path):
    sandbox.write_tasks(sandbox.task("a"))
    other = tmp_path / "other.db"
    other.write_text("this is no database, and it is long enough to be seen as none " * 30)
    said = refusal(sandbox, "--store", str(other))
    assert f"the store {other} is damaged, or no store at all" in said
    assert "name another file with --store" in said


def test_a_store_of_an_unknown_kind_is_refused_without_its_password(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"))
    for options in ((), ("--dry-run",)):
        said = refusal(sandbox, "--store", "postgresql://user:secret@host/name", *options)
        assert "no store of the kind 'postgresql'" in said
        assert "secret" not in said
    assert not sandbox.results.exists()


def test_a_command_that_does_not_exist_is_said_at_the_start_and_is_a_failed_attempt(sandbox: Sandbox):
    missing = {"id": "b", "task_type": "t", "payload": {"command": ["no-such-program"]}, "max_attempts": 1}
    sandbox.write_tasks(sandbox.task("a"), missing)
    done = sandbox.run(code=1)
    assert f"warning: {sandbox.tasks}, line 2: 'no-such-program' is not a program on the PATH" in done.stderr
    failed = next(line for line in sandbox.lines() if line["id"] == "b")
    assert (failed["state"], failed["attempts"], failed["exit_code"]) == ("failed", 1, None)
    assert "no-such-program" in failed["error"]
    assert sandbox.states()["a"] == "succeeded"
