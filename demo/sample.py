"""A steady stream of small tasks, as varied as a day: kinds, tenants, urgent ones, and some that fail now and then.

Each takes a while of waiting, not of computing, so that the stream is a light load; on a slow worker it takes longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).parent
TENANTS = ("acme", "acme", "acme", "globex", "initech")

IMPOSSIBLE: dict[str, Any] = {
    "id": "train-model",
    "task_type": "train",
    "payload": {"command": ["true"]},
    "requirements": {"capabilities": ["gpu"], "priority": 9},
    "tenant": "initech",
}
"""Nobody in the fleet has a GPU: it waits, and says why."""


@dataclass(frozen=True)
class Kind:
    """One kind of small task: how often it comes, what it needs, how long it takes, how often it fails."""

    share: int
    seconds: float
    capabilities: tuple[str, ...] = ("python",)
    complexity: float = 1
    failing: float = 0.0


KINDS = {
    "thumbnail": Kind(6, 0.3),
    "mail": Kind(5, 0.2, ("text",)),
    "report": Kind(3, 1.0, ("text",), complexity=2),
    "archive": Kind(2, 1.5, ("compress",)),
    "preview": Kind(2, 0.8, ("render",)),
    "upload": Kind(2, 0.4, failing=0.6),  # the other end is unreliable: no worker is better at it than another
}


def stream(rng: Random) -> Iterator[dict[str, Any]]:
    """Yield small tasks for ever."""
    names, shares = list(KINDS), [kind.share for kind in KINDS.values()]
    while True:
        (name,) = rng.choices(names, shares)
        kind = KINDS[name]
        seconds = f"{rng.uniform(0.5, 1.5) * kind.seconds:.2f}"
        yield {
            "task_type": name,
            "payload": {"command": ["sh", "work/small.sh", seconds, str(kind.failing)], "cwd": str(HERE)},
            "requirements": {
                "capabilities": list(kind.capabilities),
                "complexity": kind.complexity,
                "priority": rng.choice((1, 5, 5, 5, 9)),
            },
            "tenant": rng.choice(TENANTS),
            "max_attempts": 2,
        }
