"""Every executor passes the suite that ships."""

import asyncio
import threading
from functools import partial
from typing import Any

import pytest

from apportion.conformance.executor import CHECKS, Subject
from apportion.executors.command import CommandConfig, CommandExecutor
from apportion.executors.coroutine import CoroutineExecutor
from apportion.executors.process import ProcessExecutor
from apportion.executors.thread import ThreadExecutor
from tests.executors import handlers


@pytest.fixture
def gate():
    """An event that lets everybody go who still waits when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def coroutine_subject(gate, tmp_path) -> Subject:
    async def double(payload):
        return payload * 2

    async def refuse(payload):
        raise ValueError(payload)

    async def endure(_payload):
        await asyncio.Event().wait()

    async def shrug(_payload):
        while not gate.is_set():
            try:
                await asyncio.to_thread(gate.wait)
            except asyncio.CancelledError:
                continue

    by_type = {"double": double, "refuse": refuse, "endure": endure, "shrug": shrug}
    return Subject(
        make=partial(CoroutineExecutor, by_type, patience=0.2),
        succeeds=("double", 2),
        fails=("refuse", "x\ny"),
        impossible=("unknown", None),
        endures=("endure", None),
        stubborn=("shrug", None),
        result=4,
    )


def thread_subject(gate, tmp_path):
    def endure(_payload, context):
        while not context.cancelled and not gate.wait(0.01):
            pass

    def shrug(_payload):
        gate.wait()

    by_type: Any = {"double": handlers.double, "refuse": handlers.refuse, "endure": endure, "shrug": shrug}
    return Subject(
        make=partial(ThreadExecutor, by_type, threads=4, patience=0.2),
        succeeds=("double", 2),
        fails=("refuse", "x\ny"),
        impossible=("unknown", None),
        endures=("endure", None),
        stubborn=("shrug", None),
        result=4,
    )


def process_subject(gate, tmp_path) -> Subject:
    by_type = {"double": handlers.double, "refuse": handlers.refuse, "endure": handlers.endure}
    return Subject(
        make=partial(ProcessExecutor, by_type, 4, f"run-{tmp_path.name}"),
        succeeds=("double", 2),
        fails=("refuse", "x\ny"),
        impossible=("unknown", None),
        endures=("endure", None),
        result=4,
    )


def command_subject(gate, tmp_path, logs=True) -> Subject:
    config = CommandConfig(tmp_path, tmp_path / "logs" if logs else None, grace=0.2)
    return Subject(
        make=partial(CommandExecutor, config, f"run-{tmp_path.name}"),
        succeeds=("command", {"command": ["true"]}),
        fails=("command", {"command": ["sh", "-c", "echo one; echo two; exit 3"]}),
        impossible=("command", {"command": ["no-such-program"]}),
        endures=("command", {"command": ["sleep", "600"]}),
        stubborn=("command", {"command": ["sh", "-c", "trap '' TERM; while :; do sleep 600; done"]}),
    )


SUBJECTS = {
    "coroutine": coroutine_subject,
    "thread": thread_subject,
    "process": process_subject,
    "command": command_subject,
    "command-without-logs": partial(command_subject, logs=False),
}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_executor(check, subject, gate, tmp_path):
    await check(subject(gate, tmp_path))
    gate.set()
