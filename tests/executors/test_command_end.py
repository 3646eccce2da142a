"""Commands that are ended: by their time-out, by a cancellation, by the end of the executor; with all they started."""

import asyncio
import os
import signal

import pytest

from apportion.executors import guardian_process
from apportion.executors import tree as tree_module
from apportion.executors.command import CommandConfig, CommandExecutor
from tests.executors.bench import Bench, Word, all_end, has_ended

# A command with a child in its group, a child with a group of its own in its session, and one in another session,
# which is then nobody's child.
FAMILY = """
sleep 600 & A=$!
setsid sh -c 'sleep 601 & echo $! > "$0.pid"; exit' "$1"
perl -e 'setpgrp; exec "sleep", "602"' & B=$!
read C < "$1.pid"
echo $$ $A $B $C > "$1"
wait
"""


@pytest.fixture
async def bench(tmp_path):
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, tmp_path / "logs", grace=0.2), f"run-{tmp_path.name}"))
    yield bench
    await bench.close()


@pytest.fixture
def word(tmp_path):
    word = Word(tmp_path / "word")
    yield word
    word.close()


def family(bench, word, **fields):
    return bench.start(payload={"command": ["sh", "-c", FAMILY, "sh", str(word)]}, **fields)


async def test_a_time_out_ends_the_whole_tree(bench, word):
    attempt = family(bench, word, timeout=0.5)
    processes = await word.hear_pids()
    outcome = await bench.outcome(attempt)
    assert (outcome.timed_out, outcome.exit_code, outcome.error) == (True, -signal.SIGTERM, "timed out after 0.5 s")
    assert outcome.duration >= 0.5
    assert [process for process in processes if not has_ended(process)] == []


async def test_a_cancellation_ends_the_whole_tree(bench, word):
    attempt = family(bench, word)
    processes = await word.hear_pids()
    bench.executor.cancel(attempt)
    assert (await bench.outcome(attempt)).cancelled
    assert [process for process in processes if not has_ended(process)] == []


async def test_close_ends_the_whole_tree(bench, word):
    attempt = family(bench, word)
    processes = await word.hear_pids()
    await bench.close()
    assert (await bench.outcome(attempt)).cancelled
    assert [process for process in processes if not has_ended(process)] == []


async def test_it_is_asked_before_it_is_killed(bench, word):
    attempt = bench.shell(f"trap 'echo cleared up; exit 5' TERM; sleep 600 & echo $$ > {word}; wait")
    await word.hear()
    bench.executor.cancel(attempt)
    outcome = await bench.outcome(attempt)
    assert (outcome.exit_code, outcome.error) == (5, "cancelled: cleared up")


async def test_work_that_is_done_all_the_same_is_done(bench, word):
    attempt = bench.shell(f"trap 'exit 0' TERM; sleep 600 & echo $$ > {word}; wait")
    await word.hear()
    bench.executor.cancel(attempt)
    outcome = await bench.outcome(attempt)
    assert (outcome.success, outcome.cancelled, outcome.error) == (True, False, None)


async def test_a_time_out_is_one_even_if_the_command_ends_well(bench, word):
    attempt = bench.shell(f"trap 'exit 0' TERM; sleep 600 & echo $$ > {word}; wait", timeout=0.5)
    await word.hear()
    assert (await bench.outcome(attempt)).timed_out


async def test_what_had_failed_before_it_was_asked_to_end_has_failed_by_itself(bench, word, tmp_path):
    go_on = Word(tmp_path / "go-on")
    attempt = bench.shell(f"echo $$ > {word}; read x < {go_on}; exit 3")
    (process,) = await word.hear_pids()
    go_on.say("now")
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # noqa: ASYNC222 -- the loop is not to hear of it
    bench.executor.cancel(attempt)
    outcome = await bench.outcome(attempt)
    assert (outcome.exit_code, outcome.cancelled) == (3, False)
    go_on.close()


async def test_what_the_command_leaves_behind_has_the_rest_of_the_grace(tmp_path, word):
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, None, grace=30), "run"))
    go_on, cleared = Word(tmp_path / "go-on"), tmp_path / "cleared"
    slow = f"trap 'read x < {go_on}; touch {cleared}; exit' TERM; echo $$ > {word}; while :; do sleep 0.05; done"
    attempt = bench.start(payload={"command": ["sh", "-c", 'sh -c "$0" & wait', slow]})
    (left,) = await word.hear_pids()
    command = left.parent()
    bench.executor.cancel(attempt)
    assert await asyncio.to_thread(all_end, [command])
    go_on.say("now")
    await bench.outcome(attempt)
    assert cleared.exists()
    go_on.close()
    await bench.close()


async def test_it_is_killed_when_it_does_not_listen(bench, word):
    attempt = bench.shell(f"trap '' TERM; echo $$ > {word}; while :; do sleep 600; done")
    processes = await word.hear_pids()
    bench.executor.cancel(attempt)
    assert (await bench.outcome(attempt)).exit_code == -signal.SIGKILL
    assert all_end(processes)


async def test_a_stopped_process_is_ended_as_well(bench, word):
    attempt = bench.shell(f"echo $$ > {word}; kill -STOP $$")
    processes = await word.hear_pids()
    await asyncio.to_thread(os.waitid, os.P_PID, processes[0].pid, os.WSTOPPED | os.WNOWAIT)
    bench.executor.cancel(attempt)
    assert (await bench.outcome(attempt)).exit_code == -signal.SIGTERM
    assert all_end(processes)


async def test_what_is_left_of_the_group_goes_with_the_command(bench, word):
    attempt = bench.shell(f"sleep 600 & echo $! > {word}")
    (left,) = await word.hear_pids()
    assert (await bench.outcome(attempt)).success
    assert all_end([left])


async def test_what_left_the_group_goes_with_the_executor(bench, tmp_path, word):
    go_on = Word(tmp_path / "go-on")
    attempt = bench.shell(f"setsid sh -c 'echo $$ > {word}; exec sleep 600' & read line < {go_on}")
    (daemon,) = await word.hear_pids()
    go_on.say("now")
    assert (await bench.outcome(attempt)).success
    assert not has_ended(daemon)
    await bench.close()
    assert all_end([daemon])
    go_on.close()


async def test_what_shows_no_mark_while_it_replaces_its_program_goes_too(bench, tmp_path, word, monkeypatch):
    go_on = Word(tmp_path / "go-on")
    attempt = bench.shell(f"setsid sh -c 'echo $$ > {word}; exec sleep 600' & read line < {go_on}")
    (daemon,) = await word.hear_pids()
    go_on.say("now")
    assert (await bench.outcome(attempt)).success
    looks = []

    def seen_late(mark, look=guardian_process.marked):
        looks.append(mark)
        return look(mark) if len(looks) > 1 else []

    monkeypatch.setattr(guardian_process, "marked", seen_late)
    await bench.close()
    assert all_end([daemon])
    go_on.close()


async def test_what_gave_up_its_marks_on_purpose_is_left_alone(bench, tmp_path, word):
    go_on = Word(tmp_path / "go-on")
    free = f"env -u APPORTION_RUN -u APPORTION_GUARD setsid sh -c 'echo $$ > {word}; exec sleep 600'"
    attempt = bench.shell(f"{free} & read line < {go_on}")
    (daemon,) = await word.hear_pids()
    go_on.say("now")
    assert (await bench.outcome(attempt)).success
    await bench.close()
    assert not has_ended(daemon)
    daemon.kill()
    go_on.close()


async def test_another_attempt_is_not_touched(bench, tmp_path, word):
    other_word = Word(tmp_path / "other")
    kept, cancelled = family(bench, other_word), family(bench, word)
    others = await other_word.hear_pids()
    await word.hear()
    bench.executor.cancel(cancelled)
    await bench.outcome(cancelled)
    assert [process for process in others if has_ended(process)] == []
    assert kept not in [attempt for attempt, _ in bench.reports]
    other_word.close()


async def test_a_shorter_grace_at_close_counts(tmp_path, word):
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, None, grace=600), "run"))
    attempt = bench.shell(f"trap '' TERM; echo $$ > {word}; while :; do sleep 600; done")
    await word.hear()
    bench.executor.cancel(attempt)
    await bench.close(grace=0.1)
    assert (await bench.outcome(attempt)).cancelled


async def test_a_process_that_cannot_be_killed_does_not_hold_up_its_report(bench, word, monkeypatch):
    """As on a dead network drive: the kernel keeps it, whatever it is sent."""
    monkeypatch.setattr(tree_module, "_LOOKS_AFTER_KILL", 3)
    attempt = bench.shell(f"trap '' TERM; echo $$ > {word}; while :; do sleep 600; done")
    (process,) = await word.hear_pids()
    unkillable = bench.executor._roster.find(attempt).tree._child
    monkeypatch.setattr(unkillable, "signal_group", lambda number: None)
    bench.executor.cancel(attempt)
    assert (await bench.outcome(attempt)).cancelled
    process.kill()
