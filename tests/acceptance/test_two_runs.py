"""Two runs on one state: the second is refused, and names the first."""

from tests.acceptance.sandbox import Sandbox
from tests.acceptance.test_interrupt import a_waiting_task, let_go


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
