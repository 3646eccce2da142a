"""Two runs on one state or one results folder: the second is refused, and names the first."""

from tests.acceptance.sandbox import Sandbox
from tests.acceptance.test_interrupt import a_waiting_task, let_go
from tests.acceptance.waiting import until


def test_the_second_is_refused_by_name_and_the_first_goes_on(sandbox: Sandbox):
    sandbox.write_tasks(a_waiting_task(sandbox, "a"))
    first = sandbox.start()
    sandbox.wait_until_started(["a"])
    for options in ((), ("--fresh",)):
        second = sandbox.run(*options, code=3)
        assert f"process {first.pid} " in second.stderr
    let_go(sandbox)
    pipe = sandbox.folder / "pipe-a"
    pipe.write_text("\n")
    _, err = first.communicate(timeout=30)
    assert first.returncode == 0, err
    assert sandbox.noted("start") == ["a"]
    assert sandbox.states() == {"a": "succeeded"}


def test_another_store_does_not_let_a_second_run_into_the_same_results(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("done"), a_waiting_task(sandbox, "a"))
    first = sandbox.start()
    until(lambda: [line["id"] for line in sandbox.whole_lines()] == ["done"])
    sandbox.wait_until_started(["a"])
    for options in ((), ("--fresh",)):
        second = sandbox.run("--store", str(sandbox.folder / "other.db"), *options, code=3)
        assert f"the results folder {sandbox.results} is held by process {first.pid} " in second.stderr
    let_go(sandbox)
    (sandbox.folder / "pipe-a").write_text("\n")
    _, err = first.communicate(timeout=30)
    assert first.returncode == 0, err
    assert sandbox.states() == {"done": "succeeded", "a": "succeeded"}


def test_results_of_somebody_else_are_not_replaced_unasked(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"))
    sandbox.results.mkdir()
    results = sandbox.results / "results.jsonl"
    results.write_text('{"mine": 1}\n')
    refused = sandbox.run(code=2)
    assert f"error: {results} is there already" in refused.stderr
    assert "--results" in refused.stderr
    assert "--fresh" in refused.stderr
    assert results.read_text() == '{"mine": 1}\n'
    assert sandbox.noted("start") == []
    sandbox.run("--fresh", code=0)
    assert sandbox.states() == {"a": "succeeded"}


def test_two_stores_do_not_take_turns_in_replacing_each_others_results(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("a"), sandbox.task("b", "exit 3", max_attempts=1))
    sandbox.run(code=1)
    other = ("--store", str(sandbox.folder / "other.db"))
    elsewhere = sandbox.results.rename(sandbox.folder / "elsewhere")
    sandbox.run(*other, code=1)
    for path in ("results.jsonl", "state.db"):
        (elsewhere / path).rename(sandbox.results / path)
    before = (sandbox.results / "results.jsonl").read_bytes()
    refused = sandbox.run(*other, code=2)
    assert "holds the results of another state" in refused.stderr
    assert "--results" in refused.stderr
    assert (sandbox.results / "results.jsonl").read_bytes() == before
    sandbox.run("--retry-failed", code=1)
    sandbox.run("--store", str(sandbox.results / "state.db"), code=1)
    sandbox.run(*other, "--fresh", code=1)
