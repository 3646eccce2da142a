"""A folder with a tasks file and a fleet, and the real command run over it as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil

from tests.acceptance.waiting import until

# What is in the environment of everything that a sandbox starts, and of nothing else.
MARK = "SANDBOX_MARK"


class Sandbox:
    """One batch. Its tasks keep a ledger, so that what was run when can be told from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        self.tasks = folder / "tasks.jsonl"
        self.fleet = folder / "fleet.toml"
        self.results = folder / "results"
        self.ledger = folder / "ledger"
        self.write_fleet()

    # --- what is to be run ------------------------------------------------------------------------------------------

    def write_fleet(self, *workers: str) -> None:
        """Write a fleet of these tables, or of two alike workers."""
        tables = workers or ('id = "w"\ncount = 2\nmax_capacity = 1',)
        self.fleet.write_text("".join(f"[[worker]]\n{table}\n" for table in tables))

    def write_tasks(self, *tasks: dict[str, Any]) -> None:
        self.tasks.write_text("".join(json.dumps(task) + "\n" for task in tasks))

    def task(self, id: str, script: str = "", **fields: Any) -> dict[str, Any]:
        """Return a task that notes in the ledger when it starts and ends, with a shell script between."""
        steps = f'echo "start {id}" >> ledger\n{script}\necho "end {id}" >> ledger'
        return {"id": id, "task_type": "test", "payload": {"command": ["sh", "-ec", steps]}, **fields}

    # --- running it -------------------------------------------------------------------------------------------------

    def command(self, *options: str) -> list[str]:
        files = [] if "-" in options else [str(self.tasks)]
        places = ["--fleet", str(self.fleet), "--results", str(self.results)]
        return [sys.executable, "-m", "apportion", "run", *files, *places, *options]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, MARK: self.mark}

    def run(self, *options: str, code: int, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run the batch to its end; fail where the exit code is another than the expected one."""
        done = subprocess.run(
            self.command(*options),
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Begin to run the batch, in a process group of its own as a shell would."""
        return subprocess.Popen(
            self.command(*options),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def kill(self, process: subprocess.Popen[str]) -> None:
        """End the run as nothing can prevent, and wait until it is gone."""
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)

    # --- what came of it --------------------------------------------------------------------------------------------

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines of the results file."""
        path = self.results / "results.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def whole_lines(self) -> list[dict[str, Any]]:
        """Return the lines that are whole while somebody writes."""
        path = self.results / "results.jsonl"
        text = path.read_text() if path.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def states(self) -> dict[str, str]:
        return {line["id"]: line["state"] for line in self.lines()}

    def noted(self, what: str) -> list[str]:
        """Return the ids that the ledger notes with a word: ``start`` or ``end``."""
        text = self.ledger.read_text() if self.ledger.exists() else ""
        return [line.split()[1] for line in text.splitlines() if line.startswith(f"{what} ")]

    def log(self, id: str) -> str:
        return (self.results / "logs" / f"{id}.log").read_text()

    # --- processes --------------------------------------------------------------------------------------------------

    def processes(self) -> list[psutil.Process]:
        """Return everything that this sandbox started and that is still there."""
        return [process for process in psutil.process_iter() if _environment(process).get(MARK) == self.mark]

    def commands(self) -> list[psutil.Process]:
        """Return the processes that work for a task."""
        return [process for process in self.processes() if "APPORTION_TASK" in _environment(process)]

    def wait_until_nothing_works(self) -> None:
        until(lambda: not self.commands())

    def wait_until_started(self, ids: Iterable[str]) -> None:
        wanted = set(ids)
        until(lambda: wanted <= set(self.noted("start")))


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ() if process.status() != psutil.STATUS_ZOMBIE else {}
    except psutil.Error:
        return {}
