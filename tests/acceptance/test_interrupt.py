"""Ctrl-C, SIGTERM, kill -9: the state is kept, nothing works on unnoticed, and the same command goes on."""

import random
import signal
from collections import Counter

import psutil
import pytest

from tests.acceptance.sandbox import Sandbox
from tests.acceptance.waiting import until


def a_waiting_task(sandbox: Sandbox, id: str, **fields):
    """Return a task that does not end before somebody makes the file ``go``, without using the processor."""
    return sandbox.task(id, f"test -e go || {{ mkfifo -m 600 pipe-{id} || true; read -r _ < pipe-{id}; }}", **fields)


def let_go(sandbox: Sandbox) -> None:
    (sandbox.folder / "go").touch()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_once_it_ends_the_commands_and_says_how_to_go_on(sandbox: Sandbox, number: signal.Signals):
    sandbox.write_tasks(a_waiting_task(sandbox, "a"), a_waiting_task(sandbox, "b"), sandbox.task("c"))
    run = sandbox.start()
    sandbox.wait_until_started(["a", "b"])
    run.send_signal(number)
    out, err = run.communicate(timeout=30)
    assert run.returncode == 130, err
    assert "the same command again goes on" in out + err
    assert sandbox.commands() == []
    let_go(sandbox)
    sandbox.run(code=0)
    lines = {line["id"]: line for line in sandbox.lines()}
    # The attempts that were cut short do not count.
    assert {id: line["attempts"] for id, line in lines.items()} == {"a": 1, "b": 1, "c": 1}


def test_what_finishes_within_the_grace_has_finished(sandbox: Sandbox):
    """It ends by itself, undisturbed by the signal."""
    sandbox.write_tasks(a_waiting_task(sandbox, "cut"), deaf_task(sandbox, "deaf"))
    run = sandbox.start("--grace", "600")
    sandbox.wait_until_started(["cut"])
    until((sandbox.folder / "ready").exists)
    run.send_signal(signal.SIGINT)
    assert run.stderr
    assert any("Ctrl-C again" in line for line in run.stderr)
    (sandbox.folder / "pipe-deaf").write_text("\n")
    run.communicate(timeout=30)
    assert run.returncode == 130
    assert sandbox.states() == {"deaf": "succeeded"}
    let_go(sandbox)
    sandbox.run(code=0)
    assert Counter(sandbox.noted("start")) == {"cut": 2, "deaf": 1}
    assert {line["id"]: line["attempts"] for line in sandbox.lines()} == {"cut": 1, "deaf": 1}


def deaf_task(sandbox: Sandbox, id: str):
    """Return a task that ignores SIGTERM, and ends when somebody writes a line to its pipe."""
    script = f"trap '' TERM INT\nmkfifo -m 600 pipe-{id}\nexec 3<> pipe-{id}\necho ready > ready\nread -r _ <&3"
    return sandbox.task(id, script)


def test_asked_twice_it_ends_at_once(sandbox: Sandbox):
    stubborn = sandbox.task("a", 'trap "" TERM\n' + "test -e go || { mkfifo pipe; read -r _ < pipe <> pipe; }")
    sandbox.write_tasks(stubborn)
    run = sandbox.start("--grace", "600")
    sandbox.wait_until_started(["a"])
    run.send_signal(signal.SIGINT)
    assert run.stderr
    for line in run.stderr:
        if "Ctrl-C again" in line:
            break
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=20)
    assert run.returncode == 130
    sandbox.wait_until_nothing_works()


def test_killed_it_leaves_nothing_working_and_goes_on(sandbox: Sandbox):
    sandbox.write_tasks(sandbox.task("done"), a_waiting_task(sandbox, "a"), a_waiting_task(sandbox, "b"))
    run = sandbox.start()
    sandbox.wait_until_started(["done", "a", "b"])
    until(lambda: [line["id"] for line in sandbox.whole_lines()] == ["done"])
    sandbox.kill(run)
    sandbox.wait_until_nothing_works()
    let_go(sandbox)
    sandbox.run(code=0)
    assert sandbox.states() == {"done": "succeeded", "a": "succeeded", "b": "succeeded"}
    assert sandbox.noted("start").count("done") == 1
    assert {line["attempts"] for line in sandbox.lines()} == {1}


def test_a_task_is_not_blamed_for_the_deaths_of_its_runs(sandbox: Sandbox):
    sandbox.write_tasks(a_waiting_task(sandbox, "a"))
    for deaths in range(1, 6):
        run = sandbox.start()
        until(lambda: sandbox.noted("start") == ["a"] * deaths)  # noqa: B023 -- used at once
        sandbox.kill(run)
        sandbox.wait_until_nothing_works()
    let_go(sandbox)
    sandbox.run(code=0)
    assert [(line["state"], line["attempts"]) for line in sandbox.lines()] == [("succeeded", 1)]


def test_what_survives_even_the_guardian_is_ended_by_the_next_run(sandbox: Sandbox):
    sandbox.write_tasks(a_waiting_task(sandbox, "a"))
    run = sandbox.start()
    sandbox.wait_until_started(["a"])
    family = psutil.Process(run.pid).children()
    guardians = [process for process in family if "APPORTION_TASK" not in process.environ()]
    for process in guardians:
        process.suspend()
    sandbox.kill(run)
    for process in guardians:
        process.kill()
    strays = sandbox.commands()
    assert strays != []
    let_go(sandbox)
    done = sandbox.run(code=0)
    assert set(strays) & set(sandbox.processes()) == set()
    assert "left" in done.stderr
    assert sandbox.states() == {"a": "succeeded"}


def killed_many_times(sandbox: Sandbox, kills: int, seed: int, tasks: int) -> int:
    """Kill a run at random moments until it was killed so often or is done; then the books must balance.

    Returns:
        How often it was killed.
    """
    rng = random.Random(seed)
    ids = [f"t{number:03}" for number in range(tasks)]
    sandbox.write_tasks(*[sandbox.task(id, some_work(rng)) for id in ids])
    starts_of_finished: dict[str, int] = {}
    killed = 0
    while killed < kills and killed_once(sandbox, rng):
        killed += 1
        sandbox.wait_until_nothing_works()
        starts = Counter(sandbox.noted("start"))
        assert {id: starts[id] for id in starts_of_finished} == starts_of_finished
        starts_of_finished = {line["id"]: starts[line["id"]] for line in sandbox.whole_lines()}
    sandbox.run(code=0)
    starts = Counter(sandbox.noted("start"))
    assert {id: starts[id] for id in starts_of_finished} == starts_of_finished
    assert sorted(line["id"] for line in sandbox.lines()) == ids
    assert set(sandbox.states().values()) == {"succeeded"}
    assert set(sandbox.noted("end")) == set(ids)
    assert sandbox.commands() == []
    return killed


def some_work(rng: random.Random) -> str:
    """Return a command that takes up to a tenth of a second or so."""
    return f"awk 'BEGIN {{ for (i = 0; i < {rng.randrange(300_000)}; i++); }}'"


def killed_once(sandbox: Sandbox, rng: random.Random) -> bool:
    """Start a run and kill it after a few more tasks have started; False where it was done before that."""
    run = sandbox.start()
    target = len(sandbox.noted("start")) + rng.randrange(1, 6)
    until(lambda: run.poll() is not None or len(sandbox.noted("start")) >= target)
    alive = run.poll() is None
    sandbox.kill(run)
    return alive


def test_killed_a_few_times_the_books_balance(sandbox: Sandbox):
    assert killed_many_times(sandbox, kills=3, seed=1, tasks=25) == 3


@pytest.mark.proof
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(3))
def test_killed_many_times_the_books_balance(sandbox: Sandbox, seed: int):
    assert killed_many_times(sandbox, kills=30, seed=seed, tasks=150) == 30
