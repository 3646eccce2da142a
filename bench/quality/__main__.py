"""Runs every scenario of this folder under every strategy: ``python -m bench.quality``.

Writes docs/quality.md and docs/quality.json. Everything is a function of the scenarios and the seeds, so a second run
writes the same figures, wherever it runs. Each run is in the data file as soon as it ends, and where only some
scenarios are asked for, those of the others stay there; ``--resume`` goes on after a run that was cut short.
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
from bench.quality.judge import PLANNED, Verdict, judged
from bench.quality.page import page

FOLDER = Path(__file__).parent
DOCUMENTS = FOLDER.parents[1] / "docs"


def name_of(path: Path) -> str:
    """Return the name of a scenario file."""
    return path.relative_to(FOLDER).with_suffix("").as_posix()


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
        "scenario": name_of(path),
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


def all_runs(asked: list[tuple[Path, int]], jobs: int, console: Console) -> Iterator[dict]:
    """Yield all runs as they end, with a bar that says how far it is."""
    with ProcessPoolExecutor(jobs) as pool, Progress(console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("scenarios x seeds", total=len(asked))
        futures = [pool.submit(run, path, seed) for path, seed in asked]
        for count, future in enumerate(as_completed(futures), start=1):
            done = future.result()
            progress.advance(bar)
            if not console.is_terminal:
                name, cost = f"{done['scenario']}, seed {done['seed']}", done["costs"]["adaptive"]
                console.print(f"{count} of {len(asked)}: {name}: adaptive {cost:.4g} s")
            yield done


def kept_runs(file: Path, paths: list[Path], *, resume: bool) -> dict[tuple[str, int], dict]:
    """Return the runs of a data file that stay: of scenarios that are not run again; to resume, all."""
    if not file.exists():
        return {}
    again = set() if resume else {name_of(path) for path in paths}
    runs = json.loads(file.read_text(encoding="utf-8"))["runs"]
    return {(run["scenario"], run["seed"]): run for run in runs if run["scenario"] not in again}


def write(runs: dict[tuple[str, int], dict], file: Path) -> list[Verdict]:
    """Write the data file, and return the verdicts in it."""
    ordered = [runs[key] for key in sorted(runs)]
    verdicts = judged(ordered)
    data = json.dumps({"runs": ordered, "verdicts": [verdict.to_dict() for verdict in verdicts]}, indent=1)
    file.write_text(data + "\n", encoding="utf-8")
    return verdicts


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    asked.add_argument("scenarios", nargs="*", help="names of files in this folder, without .toml; default: all")
    asked.add_argument("--seeds", type=int, default=5, help="how many seeds; default: 5")
    asked.add_argument("--jobs", type=int, default=cpu_count() or 1, help="processes; default: one a core")
    asked.add_argument("--out", type=Path, default=DOCUMENTS, help="where the two files go; default: docs")
    asked.add_argument("--resume", action="store_true", help="keep all runs that are in the data file, add the others")
    given = asked.parse_args()
    console = Console(stderr=True)
    paths = [FOLDER / f"{name}.toml" for name in given.scenarios] or scenarios(console)
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / "quality.json"
    runs = kept_runs(file, paths, resume=given.resume) if given.scenarios or given.resume else {}
    missing = [(path, seed) for seed in range(given.seeds) for path in paths if (name_of(path), seed) not in runs]
    for done in all_runs(missing, given.jobs, console):
        runs[done["scenario"], done["seed"]] = done
        write(runs, file)
    (given.out / "quality.md").write_text(page(write(runs, file)), encoding="utf-8")
    console.print(f"{len(missing)} comparisons, written to {given.out}")


if __name__ == "__main__":
    main()
