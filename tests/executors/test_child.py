"""A child's end, and who is hit by a signal."""

import asyncio
import os
import signal
import subprocess

import psutil
import pytest

from apportion.executors import child as child_module
from apportion.executors.child import Child
from apportion.executors.guardian_process import Found, marked, send
from tests.executors.bench import all_end, has_ended


@pytest.fixture(params=["pidfd", "thread"])
def _way_to_watch(request, monkeypatch):
    """With and without what only Linux has."""
    if request.param == "thread":
        monkeypatch.setattr(child_module, "_open_pidfd", lambda _pid: None)


def started(*command, **settings):
    return subprocess.Popen(command, start_new_session=True, **settings)


@pytest.mark.usefixtures("_way_to_watch")
class TestChild:
    async def test_its_end_is_told_and_its_code_kept(self):
        ended = asyncio.Event()
        child = Child(started("sh", "-c", "exit 3"), ended.set)
        await ended.wait()
        assert child.reap() == 3

    async def test_its_group_goes_with_it(self):
        ended = asyncio.Event()
        shell = started("sh", "-c", "sleep 600 & echo $!", stdout=subprocess.PIPE)
        child = Child(shell, ended.set)
        left = psutil.Process(int(shell.stdout.readline()))
        await ended.wait()
        assert not has_ended(left)
        child.reap()
        assert all_end([left])
        shell.stdout.close()

    async def test_a_child_that_has_ended_keeps_its_pid_until_it_is_reaped(self):
        """So that whoever is signalled in its name is not a stranger."""
        ended = asyncio.Event()
        child = Child(started("true"), ended.set)
        await ended.wait()
        assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
        child.reap()
        assert not psutil.pid_exists(child.pid)

    async def test_nobody_is_signalled_in_the_name_of_a_child_that_is_reaped(self, monkeypatch):
        ended = asyncio.Event()
        child = Child(started("true"), ended.set)
        await ended.wait()
        child.reap()
        hit: list[int] = []
        monkeypatch.setattr(os, "killpg", lambda group, _number: hit.append(group))
        child.signal_group(signal.SIGTERM)
        child.reap()
        assert hit == []


def found(process, **changes):
    (each,) = [each for each in marked(f"APPORTION_RUN={process.args[-1]}".encode()) if each.pid == process.pid]
    fields = {"pid": each.pid, "session": each.session, "began": each.began, "entries": each.entries, **changes}
    return Found(**fields)


def test_a_signal_hits_the_process_that_was_found_and_no_other_with_its_pid(tmp_path):
    run_id = tmp_path.name
    process = started("sh", "-c", "read line", run_id, stdin=subprocess.PIPE, env={"APPORTION_RUN": run_id})
    send([found(process, began="1")], signal.SIGKILL)
    assert process.poll() is None
    send([found(process)], signal.SIGTERM)
    assert process.wait() == -signal.SIGTERM
    process.stdin.close()


def test_a_process_that_has_ended_is_not_found(tmp_path):
    process = started("true", tmp_path.name, env={"APPORTION_RUN": tmp_path.name})
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert marked(f"APPORTION_RUN={tmp_path.name}".encode()) == []
    process.wait()
