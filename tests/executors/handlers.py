"""Functions that run in other processes, which import them from here."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from apportion.executors.handlers import TaskContext
from apportion.executors.signals import Busy, Fatal


def double(payload):
    return payload * 2


def refuse(payload):
    raise ValueError(f"no {payload}")


def endure(_payload):
    signal.pause()


def exit_hard(code):
    os._exit(code)


def exit_softly(code):
    sys.exit(code)


def kill_yourself(number):
    os.kill(os.getpid(), number)
    signal.pause()


def start_another(path):
    """Start a process, say the pids of both, and wait."""
    other = subprocess.Popen(["sleep", "600"])
    Path(path).write_text(f"{os.getpid()} {other.pid}\n")
    signal.pause()


def tell_context(payload, context: TaskContext):
    return [payload, context.task_id, context.attempt, context.lease, context.worker_id, context.cancelled]


def be_busy(seconds):
    raise Busy(seconds)


def give_up(reason):
    raise Fatal(reason)


def return_a_set(_payload):
    return {1}


def print_and_read(text):
    print(text)
    return [sys.stdin.read(), os.environ.get("APPORTION_RUN")]


def pid_of(_payload):
    return os.getpid()


def hold_the_lock_of_the_interpreter(path):
    """Say the pid, then never let another thread run."""
    Path(path).write_text(f"{os.getpid()}\n")
    sys.setswitchinterval(1e6)
    while True:
        pass
