"""How often a replay's interval holds what a real switch gives, in simulated worlds.

``python -m bench.switches [--seeds N]`` lets one strategy decide, replays its record under three others, and then lets
each of them decide for real, on the same tasks. The interval claims 95 %.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from apportion.simulation.generators.poisson import Poisson
from apportion.simulation.replaying.record import Decision, entry_of, record_of
from apportion.simulation.replaying.replay import ReplayOptions, replay
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.scenario.task_kind import TaskKind
from apportion.simulation.scenario.worker_profile import WorkerProfile
from apportion.simulation.simulate import play, stage_of

OUT = Path(__file__).parent / "out"
NAMES = ("adaptive", "least-loaded", "round-robin", "performance-based")
WORK = {"distribution": "lognormal", "mean": 1.0, "cv": 1.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="worlds at each load (%(default)s)")
    arguments = parser.parse_args()
    rows = [row for rate in (15.0, 21.0) for seed in range(1, arguments.seeds + 1) for row in switched(rate, seed)]
    OUT.mkdir(exist_ok=True)
    (OUT / "switches.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    held = sum(row["low"] <= row["real"] <= row["high"] for row in rows)
    error = sum(abs(row["estimate"] / row["real"] - 1) for row in rows) / len(rows)
    print(f"{held} of {len(rows)} intervals hold what the switch gave; mean error of the estimate {error:.1%}")


def switched(rate: float, seed: int) -> list[dict[str, Any]]:
    """Return a row for each switch in one world."""
    stage = stage_of(world(rate), seed).placed("plan")
    real = {name: play(stage, name).figures.flow.mean for name in NAMES}
    rows: list[dict[str, Any]] = []
    for live in ("round-robin", "adaptive"):
        lines: list[Any] = []
        play(stage, live, lines.append)
        entries = [entry_of(line) for line in lines]
        decisions = [entry for entry in entries if isinstance(entry, Decision)]
        record = record_of(decisions, [entry for entry in entries if not isinstance(entry, Decision)], "this world")
        others = [name for name in NAMES if name != live]
        for each in replay(record, ReplayOptions(others, resamples=10)).estimates:
            flow = {"estimate": each.flow.value, "low": each.flow.low, "high": each.flow.high}
            rows.append(
                {"rate": rate, "seed": seed, "live": live, "to": each.strategy, "real": real[each.strategy], **flow}
            )
    return rows


def world(rate: float) -> Scenario:
    """Return two kinds of workers, of which one is quick at one type of task; heavy tails."""
    return Scenario(
        "two kinds",
        Poisson(rate=rate, limit=1500, work=WORK),
        [
            WorkerProfile("small", count=6, max_capacity=2, noise=0.3),
            WorkerProfile(
                "large",
                count=2,
                capabilities=["gpu"],
                max_capacity=4,
                speed=1.5,
                speed_for={"draw": 3.0},
                failure_rate=0.01,
            ),
        ],
        task_types=[TaskKind("chat", share=3), TaskKind("draw", capabilities=["gpu"])],
    )


if __name__ == "__main__":
    main()
