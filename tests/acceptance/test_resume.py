"""The same command again: what has finished is not run again, and the file may have changed meanwhile."""

import pytest

from tests.acceptance.sandbox import Sandbox


def test_nothing_that_finished_is_run_again_and_its_lines_are_there(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"), sandbox.task("b", "exit 1", max_attempts=1))
    sandbox.run(code=1)
    before = sandbox.lines()
    done = sandbox.run(code=1)
    assert sandbox.lines() == before
    assert sorted(sandbox.noted("start")) == ["a", "b"]
    assert "(2 of them in earlier runs)" in done.stdout


def test_failed_tasks_are_tried_again_on_request(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"), sandbox.task("b", "test -e mended", max_attempts=1))
    sandbox.run(code=1)
    (sandbox.folder / "mended").touch()
    sandbox.run("--retry-failed", code=0)
    assert sandbox.states() == {"a": "succeeded", "b": "succeeded"}
    assert sorted(sandbox.noted("start")) == ["a", "b", "b"]


def test_tasks_that_were_added_are_run(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"))
    sandbox.run(code=0)
    sandbox.write_tasks(sandbox.task("b"), sandbox.task("a"))
    sandbox.run(code=0)
    assert sandbox.noted("start") == ["a", "b"]
    assert [line["id"] for line in sandbox.lines()] == ["a", "b"]


def test_unfinished_tasks_that_were_removed_are_cancelled_and_run_when_they_are_back(sandbox: Sandbox):
    sandbox.write_fleet('id = "w"\nmax_capacity = 1')
    stop = sandbox.task("stop", "test -e on", max_attempts=1, requirements={"priority": 9})
    sandbox.write_tasks(stop, sandbox.task("a"), sandbox.task("b"))
    sandbox.run("--fail-fast", code=1)
    (sandbox.folder / "on").touch()
    sandbox.write_tasks(stop, sandbox.task("b"))
    done = sandbox.run("--retry-failed", code=0)
    assert "1 unfinished task of an earlier run is no longer in the file and is cancelled: a" in done.stderr
    assert sandbox.states() == {"stop": "succeeded", "b": "succeeded"}
    sandbox.write_tasks(stop, sandbox.task("a"), sandbox.task("b"))
    sandbox.run(code=0)
    assert sandbox.states() == {"stop": "succeeded", "b": "succeeded", "a": "succeeded"}


def test_a_task_that_changed_under_its_id_is_refused(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"), sandbox.task("b"))
    sandbox.run(code=0)
    sandbox.write_tasks(sandbox.task("a"), sandbox.task("b", "echo other", timeout=5))
    done = sandbox.run(code=2)
    assert f"{sandbox.tasks}, line 2: task 'b' is known from an earlier run and was another then" in done.stderr
    assert "payload.command was" in done.stderr
    assert "timeout was not there, is 5" in done.stderr
    assert "--fresh" in done.stderr
    assert sorted(sandbox.noted("start")) == ["a", "b"]


def test_fresh_begins_anew(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a", "echo one"), sandbox.task("gone"))
    sandbox.run(code=0)
    sandbox.write_tasks(sandbox.task("a", "echo two"))
    sandbox.run("--fresh", code=0)
    assert sandbox.states() == {"a": "succeeded"}
    assert sandbox.noted("start").count("a") == 2
    assert "two" in sandbox.log("a")
    assert "one" not in sandbox.log("a")


def test_the_fleet_may_change_between_runs(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a", "exit 1", max_attempts=1), sandbox.task("b"))
    sandbox.run(code=1)
    sandbox.write_fleet('id = "other"\nmax_capacity = 1')
    sandbox.write_tasks(sandbox.task("a", "exit 1", max_attempts=1), sandbox.task("b"), sandbox.task("c"))
    sandbox.run(code=1)
    assert {line["id"]: line["worker"] for line in sandbox.lines()}["c"] == "other"


def test_the_whole_folder_can_be_moved(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"))
    sandbox.run(code=0)
    moved = Sandbox(sandbox.folder.rename(sandbox.folder.with_name("moved")))
    moved.run(code=0)
    assert moved.noted("start") == ["a"]


def test_what_goes_without_saying_may_be_said_later(sandbox: Sandbox):
    task = sandbox.task("a")
    sandbox.write_tasks(task)
    sandbox.run(code=0)
    task["payload"] |= {"env": {}, "cwd": "."}
    sandbox.write_tasks(task)
    sandbox.run(code=0)
    assert sandbox.noted("start") == ["a"]


PAGE = 4096


@pytest.mark.parametrize("begins_at", [0, PAGE], ids=["the header", "all pages but the first"])
def test_a_damaged_store_is_refused_with_a_way_out_and_fresh_takes_it(sandbox: Sandbox, begins_at: int):
    sandbox.write_tasks(sandbox.task("a"))
    sandbox.run(code=0)
    store = sandbox.results / "state.db"
    whole = store.read_bytes()
    store.write_bytes(whole[:begins_at] + b"\x5a" * (len(whole) - begins_at))
    damaged = store.read_bytes()
    for options in ((), ("--dry-run",)):
        refused = sandbox.run(*options, code=2)
        assert f"the store {store} is damaged" in refused.stderr
        assert "--fresh" in refused.stderr
    begun = sandbox.run("--fresh", code=0)
    aside = store.with_name("state.db.damaged")
    assert f"it was set aside as {aside}" in begun.stderr
    assert aside.read_bytes() == damaged
    sandbox.run(code=0)
    assert sandbox.noted("start") == ["a", "a"]
