"""live.py: a service with six unequal workers under load, to be looked at until Ctrl-C; with --once until all is done.

Run by `make run`, from the root of the checkout.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from random import Random
from threading import Event

from report import report
from sample import HERE, IMPOSSIBLE, stream

from apportion.cli.remote.task_lines import read_task_lines
from apportion.cli.remote.views.explanation import explained
from apportion.cli.terminal import output, show
from apportion.client import Client, ClientConfig
from apportion.clock import monotonic_clock
from apportion.errors import ApportionError, ServiceUnavailableError

BETWEEN_TASKS = 0.4
"""Seconds between two tasks of the stream."""

BETWEEN_LINES = 25
"""Tasks of the stream between two lines that say how it goes."""


def main() -> int:
    """Bring the service up, feed it, and end it."""
    asked = _asked()
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with _service(asked) as client:
            _say_hello(client)
            began = monotonic_clock()
            ids = _submit(client, asked.tasks)
            _feed(client, asked, ids, stopped)
            if asked.once and not stopped.is_set():
                _print_report(client, ids, began)
    except ApportionError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="end when the sample is done, with a report")
    parser.add_argument("--port", type=int, default=8620, help="0: any free one")
    parser.add_argument("--out", type=Path, default=HERE / "out", help="where everything goes that it makes")
    parser.add_argument("--tasks", default=str(HERE / "tasks.jsonl"), help="what it begins with")
    parser.add_argument("--stream", type=int, default=60, help="with --once: small tasks after that")
    return parser.parse_args()


@contextmanager
def _service(asked: argparse.Namespace) -> Generator[Client]:
    """Run `apportion up` as anybody would, on a store that is empty, and lend a client."""
    port = _free_port(asked.port)
    out = asked.out / str(port)  # no other service of this kind has that folder as long as it has the port
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    log = out / "service.log"
    command = [sys.executable, "-m", "apportion", "up", str(HERE / "fleet.toml"), "--port", str(port)]
    command += ["--store", str(out / "tasks.db"), "--logs", str(out / "logs")]
    with log.open("wb") as file:
        # A process group of its own: Ctrl-C is for this program, which then ends the service in good order.
        service = subprocess.Popen(command, stdout=file, stderr=file, process_group=0)
    try:
        with Client(f"http://127.0.0.1:{port}", config=ClientConfig(patience=0)) as client:
            _wait_until_ready(client, service, log)
            yield client
    finally:
        service.terminate()
        service.wait()


def _wait_until_ready(client: Client, service: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            client.ready()
        except ServiceUnavailableError:
            if service.poll() is not None:
                lines = log.read_text(errors="replace").splitlines()
                raise ApportionError(
                    f"{lines[-1] if lines else 'it ended'}; make run PORT=0 takes any free port"
                ) from None
            Event().wait(0.1)
        else:
            # Somebody else's service may answer at that address, and ours have ended for that reason.
            if service.poll() is None:
                return
    raise ApportionError(f"the service does not answer; {log} may say why")


def _say_hello(client: Client) -> None:
    sys.stdout.write(
        f"a service with {len(client.workers())} unequal workers is at {client.url}/\n"
        f"look at it with a browser, or in another terminal:\n"
        f"  export APPORTION_URL={client.url} PATH={Path(sys.executable).parent}:$PATH\n"
        f"  apportion top\n"
        f"  apportion tasks --state failed\n"
        f"  apportion explain {IMPOSSIBLE['id']}\n"
    )
    sys.stdout.flush()


def _submit(client: Client, tasks: str) -> list[str]:
    """Submit what the sample begins with: every second task of a file, for they compute, and one that nobody takes."""
    lines, problems = read_task_lines(tasks)
    assert not problems.found, problems.found
    return [handle.id for handle in client.submit_many([IMPOSSIBLE, *(lines[1::2] or lines)])]


def _feed(client: Client, asked: argparse.Namespace, ids: list[str], stopped: Event) -> None:
    """Submit small tasks one by one: so many, or until somebody ends it."""
    sys.stdout.write("Ctrl-C ends it\n" if not asked.once else "it ends by itself when all is done\n")
    small = stream(Random(1))
    for number, task in enumerate(islice(small, asked.stream) if asked.once else small, start=1):
        if stopped.wait(BETWEEN_TASKS):
            return
        id = client.submit_many([task])[0].id
        if asked.once:
            ids.append(id)
        if number % BETWEEN_LINES == 0:
            _say_how_it_goes(client)


def _say_how_it_goes(client: Client) -> None:
    workers = client.workers()
    load, room = sum(each.current_load for each in workers), sum(each.max_capacity for each in workers)
    done = sum(each.metrics["tasks_completed"] for each in workers)
    failed = sum(each.metrics["tasks_failed"] for each in workers)
    sys.stdout.write(f"{load:g} of {room:g} places taken; {done} attempts succeeded, {failed} failed\n")
    sys.stdout.flush()


def _print_report(client: Client, ids: list[str], began: float) -> None:
    with Client(client.url, config=ClientConfig(patience=5)) as waiting:
        waiting.wait_all([id for id in ids if id != IMPOSSIBLE["id"]], timeout=150)
    show(output(), report([client.get(id) for id in ids], client.workers(), monotonic_clock() - began))
    why = client.explain_task(str(IMPOSSIBLE["id"]))
    assert why.now is not None, "nobody has a GPU"
    sys.stdout.write(f"\nwhy {why.task_id} waits:\n")
    show(output(), explained(why.now))


def _free_port(wanted: int) -> int:
    """Return the port, if nobody listens there; 0: one where nobody does."""
    try:
        with socket.create_server(("127.0.0.1", wanted)) as listener:
            port: int = listener.getsockname()[1]
            return port
    except OSError as error:
        raise ApportionError(
            f"port {wanted}: {os.strerror(error.errno or 0)}; make run PORT=0 takes any free one"
        ) from None


if __name__ == "__main__":
    sys.exit(main())
