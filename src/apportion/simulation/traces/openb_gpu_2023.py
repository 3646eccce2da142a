"""``openb-gpu-2023``: pods of a GPU cluster of Alibaba (Weng et al., USENIX ATC 2023).

The pods file; workers are described in the scenario, with a label ``model``. Pods that never ran are left out, and so
are the first, which are spread over months: the trace begins with the pods created from 10014946 s on. Work is the
run time on the node where the pod ran. A pod whose ``gpu_spec`` names models may run on any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from apportion.clock import Random
from apportion.model.constraint import Constraint
from apportion.simulation.scenario.row import Row
from apportion.simulation.traces.reader import Reader, csv_rows, number

_BEGIN = 10014946.0
_PRIORITY = {"LS": 7.0, "Guaranteed": 7.0, "Burstable": 5.0, "BE": 3.0}
_NEEDED = (
    "num_gpu", "gpu_milli", "gpu_spec", "cpu_milli", "qos", "creation_time", "deletion_time", "scheduled_time",
)  # fmt: skip


def read(path: Path, _rng: Random) -> Iterator[Row]:
    """Return the pods of a file that ran."""
    for line, row in csv_rows(path, _NEEDED):
        created = number(path, line, "creation_time", row["creation_time"])
        if created < _BEGIN or not row["scheduled_time"]:
            continue
        ended = number(path, line, "deletion_time", row["deletion_time"])
        seconds = ended - number(path, line, "scheduled_time", row["scheduled_time"])
        gpus = int(number(path, line, "num_gpu", row["num_gpu"]))
        share = number(path, line, "gpu_milli", row["gpu_milli"]) if gpus else 0.0
        models = tuple(sorted(set(filter(None, row["gpu_spec"].split("|")))))
        yield Row(
            arrival=created - _BEGIN,
            work=max(1.0, seconds),
            task_type=_type(gpus, share),
            columns={
                "gpus": gpus,
                "gpu_share": share / 1000.0,
                "cpus": number(path, line, "cpu_milli", row["cpu_milli"]) / 1000.0,
                "qos": row["qos"],
                "models": "|".join(models),
                "seconds": seconds,
            },
            capabilities=frozenset({"gpu"}) if gpus else frozenset({"cpu"}),
            constraints=(Constraint("model", "in", list(models)),) if models else (),
            priority=_PRIORITY.get(row["qos"]),
        )


def _type(gpus: int, share: float) -> str:
    if not gpus:
        return "cpu"
    if gpus > 1:
        return "gpu-multi"
    return "gpu-share" if share < 1000 else "gpu-1"


READER = Reader(
    read,
    {
        "gpus": "how many GPUs it asks for",
        "gpu_share": "share of one GPU that it asks for",
        "cpus": "cores that it asks for",
        "qos": "LS, BE, Burstable or Guaranteed",
        "models": "GPU models that it may run on, parted by |; empty: any",
        "seconds": "run time on the node where it ran",
    },
)
