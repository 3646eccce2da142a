"""Runs every scenario of this folder under every strategy: ``python -m bench.quality``.

Writes docs/quality.md and docs/quality.json. Everything is a function of the scenarios and the seeds, so a second run
writes the same figures, wherever it runs.
"""

import argparse
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from os import cpu_count
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from apportion.simulation.comparison import with_baselines
from apportion.simulation.reading.scenario_file import read_scenario
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.simulate import simulate_traffic
from apportion.simulation.world.traffic import traffic_of
from bench.quality.judge import PLANNED, judged
from bench.quality.page import page

FOLDER = Path(__file__).parent
DOCUMENTS = FOLDER.parents[1] / "docs"


def names_of(scenario: Scenario) -> list[str]:
    """Return who is tried: strategies, baselines, oracles, and adaptive as the machine plans with it."""
    return with_baselines([]) if scenario.run.placing == "plan" else [*with_baselines([]), PLANNED]


def run(path: Path, seed: int) -> dict:
    """Return the costs of all strategies on one scenario with one seed."""
    scenario = read_scenario(str(path))
    traffic = traffic_of(scenario, seed)
    planned = Scenario(
        scenario.name, scenario.source, scenario.workers, scenario.task_types, scenario.events,
        scenario.run.replace(placing="plan"),
    )  # fmt: skip
    costs, failed, reactions = {}, {}, []
    for name in names_of(scenario):
        result = simulate_traffic(
            *((planned, traffic, "adaptive") if name == PLANNED else (scenario, traffic, name)), seed
        )
        costs[name], failed[name] = result.figures.cost, result.figures.failed
        if name == "adaptive":
            reactions = [reaction.to_dict() for reaction in result.figures.reactions]
    return {
        "scenario": path.stem,
        "title": scenario.name,
        "seed": seed,
        "load": result.bounds.load,
        "floor": result.bounds.flow,
        "costs": costs,
        "failed": failed,
        "reactions": reactions,
    }


def all_runs(paths: list[Path], seeds: int, jobs: int, console: Console) -> Iterator[dict]:
    """Yield all runs as they end, with a bar that says how far it is."""
    with ProcessPoolExecutor(jobs) as pool, Progress(console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("scenarios x seeds", total=len(paths) * seeds)
        asked = [pool.submit(run, path, seed) for path in paths for seed in range(seeds)]
        for future in as_completed(asked):
            yield future.result()
            progress.advance(bar)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    asked.add_argument("scenarios", nargs="*", help="names of files in this folder, without .toml; default: all")
    asked.add_argument("--seeds", type=int, default=5, help="how many seeds; default: 5")
    asked.add_argument("--jobs", type=int, default=cpu_count() or 1, help="processes; default: one a core")
    asked.add_argument("--out", type=Path, default=DOCUMENTS, help="where the two files go; default: docs")
    given = asked.parse_args()
    console = Console(stderr=True)
    paths = [FOLDER / f"{name}.toml" for name in given.scenarios] or sorted(FOLDER.glob("*.toml"))
    runs = sorted(all_runs(paths, given.seeds, given.jobs, console), key=lambda run: (run["scenario"], run["seed"]))
    verdicts = judged(runs)
    given.out.mkdir(parents=True, exist_ok=True)
    data = json.dumps({"runs": runs, "verdicts": [verdict.to_dict() for verdict in verdicts]}, indent=1)
    (given.out / "quality.json").write_text(data + "\n", encoding="utf-8")
    (given.out / "quality.md").write_text(page(verdicts, given.seeds), encoding="utf-8")
    console.print(f"{len(runs)} comparisons, written to {given.out}")


if __name__ == "__main__":
    main()
