"""`make run`: a service under load, which ends in good order."""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from tests.acceptance.waiting import until
from tests.architecture.tree import ROOT

ADDRESS = re.compile(r"is at (http://\S+)/")
TASK = {"id": "one", "task_type": "shell", "payload": {"command": ["true"]}}


def live(tmp_path: Path, *options: str) -> subprocess.Popen[str]:
    """Start what `make run` starts, with one task and a short stream, so that it takes seconds."""
    (tmp_path / "tasks.jsonl").write_text(json.dumps(TASK))
    command = [sys.executable, str(ROOT / "demo" / "live.py"), "--port", "0", "--out", str(tmp_path / "out")]
    command += ["--tasks", str(tmp_path / "tasks.jsonl"), "--stream", "6", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0)


def test_once_it_ends_by_itself_with_a_report_and_says_why_the_impossible_waits(tmp_path: Path):
    run = live(tmp_path, "--once")
    out, err = run.communicate(timeout=50)
    assert (run.returncode, err) == (0, "")
    assert "8 tasks in " in out
    assert ", 1 wait" in out
    assert "why train-model waits:\nno worker that is there could ever take it" in out
    for words in ("big", "old", "shell", "nearest: 6 workers lack only 'gpu'"):
        assert words in out


def test_it_stays_and_feeds_until_ctrl_c_and_leaves_nothing_behind(tmp_path: Path):
    run = live(tmp_path)
    assert run.stdout is not None
    found = next(found for line in run.stdout if (found := ADDRESS.search(line)))
    with httpx.Client(base_url=found[1]) as client:
        until(lambda: len(client.get("/v1/tasks").json()["items"]) >= 5)
        assert len(client.get("/v1/workers").json()["items"]) == 6
    children = psutil.Process(run.pid).children(recursive=True)
    assert children
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=20)
    assert (run.returncode, err) == (0, "")
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


def test_a_port_that_is_taken_is_named_with_a_remedy(tmp_path: Path):
    run = live(tmp_path)
    assert run.stdout is not None
    port = next(found for line in run.stdout if (found := ADDRESS.search(line)))[1].rpartition(":")[2]
    second = live(tmp_path, "--port", port)
    out, err = second.communicate(timeout=20)
    assert (second.returncode, out) == (1, "")
    assert err == f"error: port {port}: Address already in use; make run PORT=0 takes any free one\n"
    assert run.poll() is None
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=20)
    assert run.returncode == 0


@pytest.mark.proof
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_from_a_clean_clone_to_its_end_in_under_three_minutes(tmp_path: Path):
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tmp_path / "clone")], check=True)
    command = ["make", "run", "ONCE=1", "PORT=0", f"PYTHON={sys.executable}"]
    done = subprocess.run(command, cwd=tmp_path / "clone", capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    assert "86 tasks in " in done.stdout
