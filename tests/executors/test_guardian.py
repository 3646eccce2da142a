"""No process of a dead run is left working unnoticed."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from apportion.clock import fresh_random
from apportion.executors.command import CommandConfig, CommandExecutor
from apportion.executors.guardian import Guardian
from apportion.executors.guardian_process import marked
from apportion.executors.strays import kill_strays
from tests.executors.bench import Bench, Word, all_end, has_ended, open_files
from tests.executors.test_command_end import FAMILY

ROOT = Path(__file__).resolve().parents[2]


class Run:
    """A run in a process of its own, with what its commands say."""

    def __init__(self, run_id, folder, scripts):
        self.id = run_id
        self.process: Any = subprocess.Popen(
            [sys.executable, "-m", "tests.executors.a_run", run_id, str(folder), *scripts],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.guardian = psutil.Process(self._hear_of_guardian())

    def ask_for_guardian(self):
        self.process.stdin.write("guardian?\n")
        self.process.stdin.flush()
        return self._hear_of_guardian()

    def _hear_of_guardian(self):
        return int(self.process.stdout.readline())

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def runs(tmp_path):
    """Return a function that starts a run with these shell scripts."""
    with contextlib.ExitStack() as stack:

        def start(*scripts, run_id=None):
            run = Run(run_id or f"{tmp_path.name}-{fresh_random().getrandbits(32)}", tmp_path, scripts)
            stack.callback(kill_strays, run.id)
            stack.callback(run.close)
            return run

        yield start


@pytest.fixture
def words(tmp_path):
    """Return a function that makes a pipe for a command to say something through."""
    with contextlib.ExitStack() as stack:

        def make(name):
            word = Word(tmp_path / name)
            stack.callback(word.close)
            return word

        yield make


def a_family(word) -> str:
    return f"sh -c '{FAMILY.replace(chr(39), chr(39) + chr(92) + chr(39) + chr(39))}' sh {word}"


async def test_all_that_a_killed_run_had_started_is_gone(runs, words):
    one, two = words("one"), words("two")
    run = runs(a_family(one), a_family(two))
    processes = await one.hear_pids() + await two.hear_pids()
    run.kill()
    assert all_end([*processes, run.guardian])
    assert marked(f"APPORTION_RUN={run.id}".encode()) == []


async def test_also_what_cleared_its_environment_but_stayed_in_its_session(runs, words):
    word = words("word")
    run = runs(f'env -i sleep 600 & perl -e \'setpgrp; %ENV = (); exec "sleep", "600"\' & echo $$ $! > {word}; wait')
    processes = await word.hear_pids()
    run.kill()
    assert all_end([*processes, run.guardian])


async def test_also_functions_in_processes_with_all_they_started(runs, words):
    holding, starting = words("holding"), words("starting")
    run = runs(f"hold:{holding}", f"start:{starting}")
    processes = await holding.hear_pids() + await starting.hear_pids()
    run.kill()
    assert all_end([*processes, run.guardian])


async def test_what_forks_without_end_does_not_get_ahead(runs, words):
    word = words("word")
    fork_heavy = f"""
        echo $$ > {word}
        while :; do for i in 1 2 3 4 5 6 7 8; do (sh -c 'sh -c "exec sleep 0.2" & wait') & done; wait; done
    """
    run = runs(fork_heavy, fork_heavy)
    await word.hear()
    run.kill()
    assert all_end([run.guardian])
    assert marked(f"APPORTION_RUN={run.id}".encode()) == []


async def test_a_run_that_is_killed_while_it_starts_commands(runs, words, tmp_path):
    """At whatever moment: nothing has to be registered, so nothing can be forgotten."""
    for number in range(3):
        word = words(f"word-{number}")
        run = runs(*[f"echo $$ > {word}; exec sleep 600"] * 100)
        await word.hear()
        run.kill()
        assert all_end([run.guardian])
        assert marked(f"APPORTION_RUN={run.id}".encode()) == []


async def test_two_runs_side_by_side_do_not_touch_each_others(runs, words):
    one, two = words("one"), words("two")
    killed, other = runs(a_family(one)), runs(a_family(two))
    gone, kept = await one.hear_pids(), await two.hear_pids()
    killed.kill()
    assert all_end([*gone, killed.guardian])
    assert kill_strays(killed.id) == []
    assert [process for process in [*kept, other.guardian] if has_ended(process)] == []


async def test_a_run_that_goes_on_under_the_same_id_is_left_alone_by_the_guardian_of_the_dead_one(runs, words):
    one, two = words("one"), words("two")
    killed = runs(a_family(one))
    gone = await one.hear_pids()
    killed.guardian.suspend()
    killed.kill()
    kill_strays(killed.id)
    next_run = runs(a_family(two), run_id=killed.id)
    kept = await two.hear_pids()
    killed.guardian.resume()
    assert all_end([*gone, killed.guardian])
    assert [process for process in [*kept, next_run.guardian] if has_ended(process)] == []


async def test_when_the_guardian_was_killed_as_well_the_next_run_finds_the_strays(runs, words):
    word = words("word")
    run = runs(a_family(word))
    processes = await word.hear_pids()
    os.kill(run.process.pid, signal.SIGSTOP)  # or it would start another guardian
    run.guardian.kill()
    run.kill()
    assert [process for process in processes if has_ended(process)] == []
    strays = kill_strays(run.id)
    assert [process for process in processes if not has_ended(process)] == []
    assert {stray.pid for stray in strays} >= {process.pid for process in processes}
    (told,) = [str(stray) for stray in strays if stray.command == "sleep 600"]
    assert told.startswith(f"process {processes[1].pid} (task 'task-0', attempt 1, running for ")
    assert told.endswith(" s): sleep 600")
    assert kill_strays(run.id) == []


async def test_a_guardian_that_dies_is_replaced(runs, words):
    word = words("word")
    run = runs(a_family(word))
    processes = await word.hear_pids()
    run.guardian.kill()
    assert all_end([run.guardian])
    while (next_pid := run.ask_for_guardian()) in {0, run.guardian.pid}:
        pass
    run.kill()
    assert all_end([*processes, psutil.Process(next_pid)])


def run_to_its_end(command, output):
    return subprocess.run(command, stdin=subprocess.PIPE, stdout=output, start_new_session=True, check=False).returncode


async def test_a_guardian_that_comes_up_after_the_run_has_died_clears_up_all_the_same(runs, words):
    word = words("word")
    run = runs(a_family(word))
    processes = await word.hear_pids()
    late = [sys.executable, *run.guardian.cmdline()[-3:]]
    os.kill(run.process.pid, signal.SIGSTOP)
    run.guardian.kill()
    run.kill()
    reading, nobody_reads = os.pipe()
    os.close(reading)
    assert run_to_its_end(late, nobody_reads) == 0
    os.close(nobody_reads)
    assert all_end(processes)


async def test_nobody_reaches_the_guardian_from_the_terminal(runs, words):
    word = words("word")
    run = runs(a_family(word))
    processes = await word.hear_pids()
    assert os.getsid(run.guardian.pid) == run.guardian.pid
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        os.kill(run.guardian.pid, number)
    os.killpg(run.process.pid, signal.SIGKILL)
    assert all_end([*processes, run.guardian])


async def test_a_pipeline_behind_the_run_ends_with_it(runs, words):
    """The guardian, which outlives the run, holds none of its files."""
    word = words("word")
    run = runs(f"trap '' TERM; echo $$ > {word}; exec sleep 600")
    await word.hear()
    os.kill(run.guardian.pid, signal.SIGSTOP)
    run.kill()
    assert run.process.stdout.read() == ""
    os.kill(run.guardian.pid, signal.SIGCONT)


async def test_the_guardian_goes_when_the_run_ends_in_order(runs, words):
    word = words("word")
    run = runs(a_family(word))
    processes = await word.hear_pids()
    run.process.stdin.write("\n")
    run.process.stdin.flush()
    assert run.process.wait() == 0
    assert all_end([*processes, run.guardian])


async def test_a_run_within_a_run_clears_up_when_the_outer_one_is_killed(runs, words, tmp_path):
    inner = words("inner")
    script = (
        f"{sys.executable} -m tests.executors.a_run inner-{tmp_path.name} {tmp_path} 'echo $$ > {inner}; sleep 600'"
    )
    run = runs(f"cd {ROOT}; sleep 600 | {script}")
    processes = await inner.hear_pids()
    assert ("APPORTION_RUN", f"inner-{tmp_path.name}") in processes[0].environ().items()
    run.kill()
    assert all_end([*processes, run.guardian])


async def test_a_forked_copy_of_the_run_does_not_keep_the_guardian_waiting(runs, words):
    """It would, if the guardian relied on the end of its pipe alone."""
    word = words("word")
    run = runs(a_family(word))
    processes = await word.hear_pids()
    pipe = open_files(run.guardian.pid)["0"]
    (name,) = [name for name, target in open_files(run.process.pid).items() if target == pipe]
    held = os.open(f"/proc/{run.process.pid}/fd/{name}", os.O_WRONLY)  # this process holds it open now
    run.kill()
    assert all_end([*processes, run.guardian])
    os.close(held)


async def test_no_command_starts_before_the_guardian_stands(tmp_path):
    others = {child.pid for child in psutil.Process().children()}
    guardian = Guardian(f"run-{tmp_path.name}")
    guardian.begin()
    psutil.Process(guardian.pid).suspend()
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, None), guardian))
    attempt = bench.start(payload={"command": ["touch", "done"]})
    assert {child.pid for child in psutil.Process().children() if not has_ended(child)} - others == {guardian.pid}
    psutil.Process(guardian.pid).resume()
    assert (await bench.outcome(attempt)).success
    await bench.close()
    await guardian.close()


async def test_without_a_guardian_nothing_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, None), "run"))
    outcome = await bench.command("touch", "done")
    assert outcome.error.startswith("cannot be started: ")
    assert outcome.fault == "worker"
    await bench.close()
    assert list(tmp_path.iterdir()) == []


async def test_a_guardian_that_never_comes_up_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "false")
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, None), "run"))
    outcome = await bench.command("touch", "done")
    assert outcome.error.endswith("does not come up")
    await bench.close()
    assert list(tmp_path.iterdir()) == []


async def test_closing_one_of_two_guardians_of_a_run_leaves_the_others_alone(tmp_path, words):
    word = words("word")
    benches = [Bench(CommandExecutor(CommandConfig(tmp_path, None), f"run-{tmp_path.name}")) for _ in range(2)]
    benches[0].shell(f"echo $$ > {word}; exec sleep 600")
    (process,) = await word.hear_pids()
    await benches[1].command("true")
    await benches[1].close()
    assert not has_ended(process)
    await benches[0].close()
    assert has_ended(process)


def test_strays_are_never_this_process_or_its_ancestors(tmp_path):
    """Also where they carry the mark, as in a shell that a command of the dead run has opened."""
    run_id = f"run-{tmp_path.name}"
    script = f"from apportion.executors.strays import kill_strays; print(kill_strays({run_id!r}))"
    env = {**os.environ, "APPORTION_RUN": run_id, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    shell = ["sh", "-c", f'{sys.executable} -c "{script}"; echo lives']
    done = subprocess.run(shell, env=env, capture_output=True, text=True, start_new_session=True, check=True)
    assert done.stdout == "[]\nlives\n"


def test_a_longer_name_is_another_run(tmp_path):
    with subprocess.Popen(
        ["sleep", "600"], env={"APPORTION_RUN": f"{tmp_path.name}-2"}, start_new_session=True
    ) as other:
        assert kill_strays(tmp_path.name) == []
        assert kill_strays(f"{tmp_path.name}-2") != []
        assert other.wait() == -signal.SIGKILL
