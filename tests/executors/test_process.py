"""Plain functions in processes."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import psutil
import pytest

from apportion.errors import FieldError
from apportion.executors import process_worker
from apportion.executors.process import ProcessExecutor
from tests.executors import handlers
from tests.executors.bench import Bench, Word, all_end, has_ended

ROOT = Path(__file__).resolve().parents[2]
BY_TYPE = {
    name: getattr(handlers, name)
    for name in (
        "double", "refuse", "endure", "exit_hard", "exit_softly", "kill_yourself", "start_another", "tell_context",
        "be_busy", "give_up", "return_a_set", "print_and_read", "pid_of",
    )
}  # fmt: skip


@pytest.fixture
async def bench(tmp_path):
    bench = Bench(ProcessExecutor(BY_TYPE, 2, f"run-{tmp_path.name}"))
    yield bench
    await bench.close()


@pytest.fixture
def word(tmp_path):
    word = Word(tmp_path / "word")
    yield word
    word.close()


async def test_arguments_results_and_errors_cross_as_json(bench):
    assert (await bench.run("double", 1)).result == 2
    assert (await bench.run("refuse", "x")).error == "ValueError: no x"
    assert (await bench.run("tell_context", "p", task_id="t", attempt=2)).result == ["p", "t", 2, 3, "quick-0", False]
    assert (await bench.run("be_busy", 2)).busy_for == 2
    assert (await bench.run("give_up", "why")).retry is False
    assert (await bench.run("exit_softly", 4)).error == "SystemExit: 4"
    assert "return_a_set returned set, which is not JSON" in (await bench.run("return_a_set")).error


async def test_large_payloads_and_results_cross(bench):
    text = "é\n" * 500_000
    attempts = [bench.start("double", text) for _ in range(4)]
    for attempt in attempts:
        assert (await bench.outcome(attempt)).result == text * 2


async def test_a_payload_that_is_no_json_fails_for_good(bench):
    outcome = await bench.run("double", {1})
    assert (outcome.error, outcome.retry) == ("payload: Object of type set is not JSON serializable", False)


async def test_a_crash_fails_the_attempt_that_it_ran_and_no_other(bench):
    crash = bench.start("exit_hard", 7)
    others = [bench.start("double", number) for number in range(20)]
    outcome = await bench.outcome(crash)
    name = "tests.executors.handlers:exit_hard"
    assert (outcome.error, outcome.exit_code) == (f"its process ended while it ran {name}: exit code 7", 7)
    for number, attempt in enumerate(others):
        assert (await bench.outcome(attempt)).result == number * 2
    outcome = await bench.run("kill_yourself", int(signal.SIGSEGV))
    assert outcome.error.endswith(": killed by SIGSEGV (segmentation fault)")
    assert (await bench.run("double", 1)).success


async def test_an_idle_process_that_was_killed_costs_nobody_an_attempt(bench):
    for _ in range(5):
        pid = (await bench.run("pid_of")).result
        os.kill(pid, signal.SIGKILL)
        assert (await bench.run("double", 2)).result == 4


async def test_processes_are_kept_and_bounded(bench):
    pids = {(await bench.outcome(attempt)).result for attempt in [bench.start("pid_of") for _ in range(20)]}
    assert 1 <= len(pids) <= 2
    assert pids <= set(bench.executor.pids)


@pytest.mark.parametrize("why", ["time-out", "cancellation", "close"])
async def test_it_is_ended_with_all_that_it_started(bench, word, why):
    attempt = bench.start("start_another", str(word), timeout=0.5 if why == "time-out" else None)
    processes = await word.hear_pids()
    if why == "cancellation":
        bench.executor.cancel(attempt)
    if why == "close":
        await bench.close()
    outcome = await bench.outcome(attempt)
    assert (outcome.timed_out, outcome.cancelled) == (why == "time-out", why != "time-out")
    assert all_end(processes)


async def test_handlers_may_print_and_read(bench, tmp_path, capfd):
    assert (await bench.run("print_and_read", "hello")).result == ["", f"run-{tmp_path.name}"]
    assert capfd.readouterr() == ("", "hello\n")


async def test_close_leaves_no_process(bench):
    await bench.run("pid_of")
    pids = list(bench.executor.pids)
    await bench.close()
    assert pids
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


async def test_a_name_does_as_well_and_one_that_leads_nowhere_is_told(tmp_path):
    by_type = {"it": "tests.executors.handlers:double", "no": "tests.executors.handlers:no", "none": "no.module:no"}
    bench = Bench(ProcessExecutor(by_type, 1, "run"))
    assert (await bench.run("it", 1)).result == 2
    outcome = await bench.run("no")
    assert outcome.fault == "worker"
    assert outcome.error.startswith("handler tests.executors.handlers:no cannot be loaded: AttributeError: ")
    assert "No module named 'no'" in (await bench.run("none")).error
    assert "has no handler for 'other'" in (await bench.run("other")).error
    await bench.close()


async def test_processes_that_never_come_up_are_given_up(monkeypatch):
    monkeypatch.setattr(process_worker, "_PROGRAM", "raise SystemExit(9)")
    bench = Bench(ProcessExecutor({"it": handlers.double}, 1, "run"))
    outcome = await bench.run("it", 1)
    assert outcome.error == "its process ended before it could run tests.executors.handlers:double: exit code 9"
    assert outcome.fault == "worker"
    await bench.close()


def test_what_no_other_process_can_find_is_refused():
    def inner(payload):
        return payload

    for handler in (inner, lambda payload: payload, partial(handlers.double)):
        with pytest.raises(FieldError, match=r"handlers\['it'\]: .*cannot be found by its name"):
            ProcessExecutor({"it": handler}, 1, "run")
    with pytest.raises(FieldError, match="must be a function or its name as 'module:function', not 'double'"):
        ProcessExecutor({"it": "double"}, 1, "run")


SCRIPT = """
import asyncio
from apportion.executors.process import ProcessExecutor
from apportion.ports import Attempt

def triple(payload):
    return payload * 3

async def main():
    executor = ProcessExecutor({"it": triple}, 1, "run")
    reported = asyncio.get_running_loop().create_future()
    executor.start(Attempt("t", "it", 2, "w", 1, 1, None), lambda _, outcome: reported.set_result(outcome))
    print((await reported).result)
    await executor.close(1)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["path", "module"])
def test_functions_of_the_main_script_are_found(tmp_path, how):
    (tmp_path / "my_script.py").write_text(SCRIPT)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    start = ["my_script.py"] if how == "path" else ["-m", "my_script"]
    command = [sys.executable, *start]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("6\n", "")


async def test_a_process_ends_with_its_parent_even_without_a_guardian(bench, word):
    """By the end of its input."""
    attempt = bench.start("start_another", str(word))
    processes = await word.hear_pids()
    (worker,) = [worker for worker, job in bench.executor._workers.items() if job]
    assert not has_ended(processes[0])
    worker._pipe.close()
    assert all_end(processes)
    assert "its process ended while it ran" in (await bench.outcome(attempt)).error
