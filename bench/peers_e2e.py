"""Apportion beside other task queues: no-op throughput, latency at low load, and kill -9 of all workers.

A file for the folder ``e2e`` of the peers' harness, whose ``common/e2e.py`` says what is measured and how; run there,
in one session with the others: ``python peers_e2e.py bench|crash [VARIANT ...]``.

Variants: ``http``: a service, two worker processes of four threads each, one submit a call. ``http_batch``: the same
with room for 200 tasks a worker, and a thousand tasks a submit. ``embedded``: no service; eight threads of the
producer's process, submitted as one list. All of them are durable: an acknowledged submit or completion is on disk.
The lease is five seconds.
"""

import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

ADDRESS = re.compile(r"listening on (http://[\d.]+:\d+),")
ROOM = {"http": 4, "http_batch": 200}
LIST = 1000


def work_for(url: str, room: int) -> None:
    """Be a worker."""
    import e2e

    from apportion.worker import Worker

    worker = Worker(url, max_capacity=room)
    worker.add_handler("noop", lambda task: 1)
    worker.add_handler("ping", lambda task: e2e.beacon(*task.payload))
    worker.add_handler("work", lambda task: e2e.body_work(*task.payload))
    worker.run()


def made() -> Any:
    import e2e

    from apportion.assemble import SyncTaskDistributor
    from apportion.client import Client
    from apportion.model.worker import WorkerInfo

    class Apportion(e2e.Peer):  # type: ignore[name-defined, misc]
        name = "apportion"

        def __init__(self) -> None:
            super().__init__()
            self.n = 5000
            self.folder = Path(e2e.ROOT) / "svc" / f"apportion-{self.variant}"
            self.service: subprocess.Popen[str] | None = None
            self.there: Any = None

        def reset(self) -> None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            if self.variant == "embedded":
                self.there = SyncTaskDistributor.open(self.folder / "tasks.db")
                self.there.__enter__()
                return
            lease = ("--lease-seconds", "5", "--heartbeat-interval", "1.5")
            command = [sys.executable, "-m", "apportion", "serve", "--port", "0", "--store", "tasks.db", *lease]
            self.service = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.PIPE, text=True)
            said = self.service.stderr
            assert said is not None
            self.url = next(found[1] for line in said if (found := ADDRESS.search(line)))
            threading.Thread(target=said.read, daemon=True).start()
            self.there = Client(self.url)

        def start_workers(self) -> None:
            if self.variant == "embedded":
                handlers = {
                    "noop": lambda payload: 1,
                    "ping": lambda payload: e2e.beacon(*payload),
                    "work": lambda payload: e2e.body_work(*payload),
                }
                self.there.add_local_worker(WorkerInfo("w", (), 8), handlers=handlers)
                return
            for _ in range(2):
                self.spawn(sys.executable, __file__, "worker", self.url, str(ROOM[self.variant]))

        def submit(self, task: str, *a: Any) -> Any:
            return self.there.submit(task, list(a))

        def submit_all(self, n: int) -> list[Any]:
            if self.variant == "http":
                return [self.submit("noop") for _ in range(n)]
            handles: list[Any] = []
            for start in range(0, n, LIST):
                handles += self.there.submit_many([{"task_type": "noop"}] * min(LIST, n - start))
            return handles

        def wait_all(self, hs: list[Any]) -> None:
            if self.variant == "embedded":
                for handle in hs:
                    handle.wait()
            else:
                self.there.wait_all(hs)

        def wait_one(self, h: Any) -> None:
            h.result(30)

        def held(self) -> int | None:
            if self.variant == "embedded":
                return None
            return sum(task.state in {"queued", "assigned"} for task in self.there.tasks())

        def close(self) -> None:
            if self.variant == "embedded":
                self.there.stop()
            elif self.service is not None:
                self.service.terminate()
                self.service.wait()

    return e2e, Apportion


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        work_for(sys.argv[2], int(sys.argv[3]))
    else:
        harness, peer = made()
        harness.main(peer, ("http", "http_batch") if sys.argv[1:2] == ["crash"] else ("http", "http_batch", "embedded"))
