"""Commands: what they are given, what becomes of what they print, and how their end is told."""

import json
import os
import stat

import pytest

from apportion.executors.command import CommandConfig, CommandExecutor
from tests.executors.bench import Bench, open_files


@pytest.fixture(params=["logged", "discarded"])
async def bench(request, tmp_path):
    logs = tmp_path / "logs" if request.param == "logged" else None
    worker_env = {"quick-0": {"LEVEL": "worker", "ONLY": "worker", "APPORTION_RUN": "forged"}}
    config = CommandConfig(tmp_path, logs, worker_env=worker_env, grace=0.3)
    bench = Bench(CommandExecutor(config, f"run-{tmp_path.name}"))
    yield bench
    await bench.close()


async def test_a_success_has_the_exit_code_0(bench):
    outcome = await bench.command("true")
    assert (outcome.success, outcome.exit_code, outcome.error) == (True, 0, None)
    assert outcome.duration > 0


@pytest.mark.parametrize(
    ("script", "code", "error"),
    [
        ("exit 3", 3, "exit code 3, without a word"),
        ("echo early; echo '  the reason  ' >&2; echo; exit 1", 1, "exit code 1: the reason"),
        ("printf 'no newline'; exit 2", 2, "exit code 2: no newline"),
        ("printf 'caf\\351\\n'; exit 1", 1, "exit code 1: caf\N{REPLACEMENT CHARACTER}"),
        ("printf '\\033[31mred\\033[0m \\007bell\\n'; exit 1", 1, "exit code 1: red \N{REPLACEMENT CHARACTER}bell"),
        ("kill -SEGV $$", -11, "killed by SIGSEGV (segmentation fault), without a word"),
        ("echo last; kill -KILL $$", -9, "killed by SIGKILL (perhaps out of memory): last"),
        (
            "exit 137",
            137,
            "exit code 137 (a shell's word for killed by SIGKILL (perhaps out of memory)), without a word",
        ),
    ],
)
async def test_a_failure_says_how_it_ended_and_what_was_printed_last(bench, script, code, error):
    outcome = await bench.outcome(bench.shell(script))
    assert (outcome.success, outcome.exit_code, outcome.error) == (False, code, error)
    assert (outcome.retry, outcome.timed_out, outcome.cancelled) == (True, False, False)


async def test_a_long_last_line_is_shortened(bench):
    outcome = await bench.outcome(bench.shell("printf 'begin%0100000dend\\n' 0; exit 1"))
    assert len(outcome.error) < 400
    assert outcome.error.endswith("end")


async def test_huge_output_holds_up_nothing(bench):
    outcome = await bench.outcome(bench.shell("head -c 30000000 /dev/zero | tr '\\0' x; echo; echo done; exit 1"))
    assert outcome.error == "exit code 1: done"


async def test_its_input_is_empty_whatever_ours_is(bench):
    kept, (reading, writing) = os.dup(0), os.pipe()
    os.dup2(reading, 0)
    os.write(writing, b"not for you\n")
    try:
        assert (await bench.command("sh", "-c", "! read line")).success
    finally:
        os.dup2(kept, 0)
        for descriptor in (kept, reading, writing):
            os.close(descriptor)


async def test_the_environment_is_the_payloads_over_the_workers_over_ours(bench, tmp_path, monkeypatch):
    said = tmp_path / "said"
    payload = {
        "command": ["sh", "-c", f"env > {said}"],
        "env": {"LEVEL": "payload", "APPORTION_WORKER": "forged", "ODD": "\udcff"},
    }
    assert (await bench.run(payload=payload, task_id="the task", attempt=2)).success
    env = dict(line.split(b"=", 1) for line in said.read_bytes().splitlines())
    assert env[b"LEVEL"] == b"payload"
    assert env[b"ONLY"] == b"worker"
    assert env[b"ODD"] == b"\xff"
    assert env[b"PATH"] == os.environb[b"PATH"]
    assert env[b"APPORTION_RUN"] == f"run-{tmp_path.name}".encode()
    own = (env[b"APPORTION_WORKER"], env[b"APPORTION_TASK"], env[b"APPORTION_ATTEMPT"])
    assert own == (b"quick-0", b"the task", b"2")


async def test_no_command_is_given_the_token_of_who_runs_it(tmp_path, monkeypatch):
    monkeypatch.setenv("APPORTION_TOKEN", "apportion_secret")
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, None), "run-token"))
    outcome = await bench.outcome(bench.shell("env | grep secret; exit 1"))
    await bench.close()
    assert outcome.error == "exit code 1, without a word"


async def test_another_worker_has_not_the_environment_of_this_one(bench):
    assert (await bench.command("sh", "-c", 'test -z "$ONLY"', worker="other")).success


async def test_the_folder_is_relative_to_the_one_of_the_tasks(bench, tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "here").touch()
    assert (await bench.run(payload={"command": ["test", "-f", "here"], "cwd": "inner"})).success
    assert (await bench.run(payload={"command": ["test", "-f", "inner/here"]})).success
    assert (await bench.run(payload={"command": ["test", "-f", "here"], "cwd": str(tmp_path / "inner")})).success


async def test_a_command_that_cannot_be_started_says_why(bench, tmp_path):
    (tmp_path / "file").write_text("no program")
    (tmp_path / "interpreted").write_text("#!/no/such/interpreter\n")
    (tmp_path / "interpreted").chmod(0o755)
    (tmp_path / "shapeless").write_bytes(b"\x7fnothing")
    (tmp_path / "shapeless").chmod(0o755)
    reasons = [
        (["no-such-program"], ".", "'no-such-program' was not found on the worker's PATH"),
        (["./missing"], ".", "'./missing' does not exist"),
        (["./file"], ".", "'./file' may not be executed (Permission denied)"),
        (["./interpreted"], ".", "'./interpreted' names an interpreter in its first line that does not exist"),
        (["./shapeless"], ".", "'./shapeless': Exec format error"),
        (["true"], "nowhere", f"the folder '{tmp_path}/nowhere' (payload.cwd) does not exist"),
        (["true"], "file", f"the folder '{tmp_path}/file' (payload.cwd) is not a folder"),
    ]
    for words, cwd, reason in reasons:
        outcome = await bench.run(payload={"command": words, "cwd": cwd})
        assert (outcome.success, outcome.error) == (False, f"cannot be started: {reason}")
        assert (outcome.exit_code, outcome.retry, outcome.fault) == (None, True, None)


async def test_a_command_that_can_never_be_started_is_not_tried_again(bench):
    outcome = await bench.run(payload={"command": ["true", "x" * 200_000]})
    reason = "its arguments and environment are too long (Argument list too long)"
    assert (outcome.success, outcome.error) == (False, f"cannot be started: {reason}")
    assert (outcome.exit_code, outcome.retry, outcome.fault) == (None, False, "task")


@pytest.mark.parametrize("payload", [None, {}, "text", {"file": "app.ts"}])
async def test_a_task_that_is_no_command_line_says_what_to_do_about_the_worker(bench, payload):
    outcome = await bench.run(payload=payload)
    assert (outcome.success, outcome.retry, outcome.fault) == (False, False, "task")
    assert outcome.error.startswith("payload")
    assert outcome.error.endswith(" is for others, give it task_types of its own")
    assert (await bench.run(payload={"command": []})).error == "payload.command: must begin with the name of a program"


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (None, "payload: must be a mapping, not None (NoneType); …"),
        ({}, "payload.command: is required and missing; …"),
        ({"comand": ["ls"]}, "payload.comand: unknown field (did you mean 'command'?); known: command, env, cwd; …"),
        (
            {"command": "ls -l"},
            'payload.command: must be a list of strings, not a string; for a shell write ["sh", "-c", "ls -l"]',
        ),
        ({"command": []}, "payload.command: must begin with the name of a program"),
        ({"command": [""]}, "payload.command: must begin with the name of a program"),
        ({"command": ["ls", 1]}, "payload.command[1]: must be a string, not 1"),
        (
            {"command": ["ls", "a\0b"]},
            "payload.command[1]: must not hold a NUL character: no program can be given one",
        ),
        (
            {"command": ["\ud800"]},
            "payload.command[0]: must not hold half a surrogate pair: no program can be given one",
        ),
        ({"command": ["ls"], "env": {"A": 1}}, 'payload.env.A: must be a string, not 1; write "1"'),
        ({"command": ["ls"], "env": {"A=B": "1"}}, "payload.env: 'A=B' cannot be the name of a variable"),
        ({"command": ["ls"], "env": []}, "payload.env: must be a mapping, not [] (list)"),
        ({"command": ["ls"], "cwd": ""}, "payload.cwd: must not be empty"),
    ],
)
async def test_a_payload_that_makes_no_sense_fails_for_good_and_names_the_field(bench, payload, error):
    outcome = await bench.run(payload=payload)
    said, cut = (outcome.error, error) if not error.endswith("…") else (outcome.error[: len(error) - 1], error[:-1])
    assert (said, outcome.retry, outcome.fault) == (cut, False, "task")


async def test_odd_ids_keep_no_command_from_running(bench):
    for task_id in ["../../x", "a" * 300, "a/b", ".", "..", "nul\0", "half\ud800", "\udc80", "ü", "x\ny"]:
        assert (await bench.command("true", task_id=task_id)).success


async def test_the_output_of_all_attempts_is_in_the_log_of_the_task(tmp_path):
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, tmp_path / "deep" / "logs"), "run"))
    for attempt in (1, 2):
        await bench.command("sh", "-c", "echo out; echo err >&2; exit 1", task_id="the-task", attempt=attempt)
    await bench.close()
    lines = (tmp_path / "deep" / "logs" / "the-task.log").read_text().splitlines()
    assert [line for line in lines if not line.startswith("===")] == ["out", "err", "", "out", "err"]
    headers = [line for line in lines if line.startswith("===")]
    assert [header.split(" on quick-0 at ")[0] for header in headers] == ["=== attempt 1", "=== attempt 2"]
    assert all(header.endswith(" UTC: sh -c 'echo out; echo err >&2; exit 1'") for header in headers)


async def test_the_last_line_of_an_earlier_attempt_is_not_taken_for_this_ones(tmp_path):
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, tmp_path), "run"))
    await bench.command("echo", "earlier", task_id="the-task")
    outcome = await bench.command("false", task_id="the-task")
    assert outcome.error == "exit code 1, without a word"
    await bench.close()


async def test_a_log_that_cannot_be_written_is_the_workers_fault(tmp_path):
    (tmp_path / "logs").write_text("in the way")
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, tmp_path / "logs"), "run"))
    outcome = await bench.command("true")
    assert outcome.error.startswith("its output cannot be written: ")
    assert outcome.fault == "worker"
    await bench.close()


async def test_no_file_is_left_open_and_none_is_handed_to_a_command(tmp_path):
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, tmp_path), "run"))
    await bench.command("true")
    before = open_files()
    ours = os.open(tmp_path / "inherited", os.O_CREAT)
    os.set_inheritable(ours, True)
    said = tmp_path / "said"
    for _ in range(20):
        assert (await bench.command("sh", "-c", f"ls -l /proc/$$/fd > {said}")).success
    os.close(ours)
    assert open_files() == before
    targets = [line.rpartition(" -> ")[2] for line in said.read_text().splitlines() if " -> " in line]
    assert len(targets) <= 4
    assert str(tmp_path / "inherited") not in targets
    await bench.close()


async def test_logs_are_files_that_others_may_read(tmp_path):
    bench = Bench(CommandExecutor(CommandConfig(tmp_path, tmp_path), "run"))
    await bench.command("true", task_id="a")
    assert stat.S_ISREG((tmp_path / "a.log").stat().st_mode)
    assert json.dumps(sorted(path.name for path in tmp_path.iterdir())) == '["a.log"]'
    await bench.close()
