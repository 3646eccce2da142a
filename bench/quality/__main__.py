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
from apportion.simulation.reading.scenario_file import look_at, read_scenario
from apportion.simulation.simulate import play, stage_of
from bench.quality.judge import PLANNED, judged
from bench.quality.page import page

FOLDER = Path(__file__).parent
DOCUMENTS = FOLDER.parents[1] / "docs"


def run(path: Path, seed: int) -> dict:
    """Return the costs of all strategies on one scenario with one seed."""
    stage = stage_of(read_scenario(str(path)), seed)
    planned = stage.placed("plan")
    names = with_baselines([]) if stage.scenario.run.placing == "plan" else [*with_baselines([]), PLANNED]
    costs, failed, reactions = {}, {}, []
    for name in names:
        result = play(planned, "adaptive") if name == PLANNED else play(stage, name)
        costs[name], failed[name] = result.figures.cost, result.figures.failed
        if name == "adaptive":
            reactions = [reaction.to_dict() for reaction in result.figures.reactions]
    return {
        "scenario": path.relative_to(FOLDER).with_suffix("").as_posix(),
        "title": stage.scenario.name,
        "seed": seed,
        "load": stage.bounds.load,
        "floor": stage.bounds.flow,
        "costs": costs,
        "failed": failed,
        "reactions": reactions,
    }


def scenarios(console: Console) -> list[Path]:
    """Return all scenarios whose traffic is there; recorded workloads lie beside the checkout, not in it."""
    paths = sorted(FOLDER.rglob("*.toml"))
    there = [path for path in paths if not look_at(str(path))[1]]
    for path in paths:
        if path not in there:
            console.print(f"left out, for want of its trace: {path.relative_to(FOLDER)}")
    return there


def all_runs(paths: list[Path], seeds: int, jobs: int, console: Console) -> Iterator[dict]:
    """Yield all runs as they end, with a bar that says how far it is."""
    with ProcessPoolExecutor(jobs) as pool, Progress(console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("scenarios x seeds", total=len(paths) * seeds)
        asked = [pool.submit(run, path, seed) for path in paths for seed in range(seeds)]
        for future in as_completed(asked):
            done = future.result()
            progress.advance(bar)
            if not console.is_terminal:
                console.print(f"{done['scenario']}, seed {done['seed']}: adaptive {done['costs']['adaptive']:.4g} s")
            yield done


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    asked.add_argument("scenarios", nargs="*", help="names of files in this folder, without .toml; default: all")
    asked.add_argument("--seeds", type=int, default=5, help="how many seeds; default: 5")
    asked.add_argument("--jobs", type=int, default=cpu_count() or 1, help="processes; default: one a core")
    asked.add_argument("--out", type=Path, default=DOCUMENTS, help="where the two files go; default: docs")
    given = asked.parse_args()
    console = Console(stderr=True)
    paths = [FOLDER / f"{name}.toml" for name in given.scenarios] or scenarios(console)
    runs = sorted(all_runs(paths, given.seeds, given.jobs, console), key=lambda run: (run["scenario"], run["seed"]))
    verdicts = judged(runs)
    given.out.mkdir(parents=True, exist_ok=True)
    data = json.dumps({"runs": runs, "verdicts": [verdict.to_dict() for verdict in verdicts]}, indent=1)
    (given.out / "quality.json").write_text(data + "\n", encoding="utf-8")
    (given.out / "quality.md").write_text(page(verdicts, given.seeds), encoding="utf-8")
    console.print(f"{len(runs)} comparisons, written to {given.out}")


if __name__ == "__main__":
    main()
