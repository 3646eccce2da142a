"""The demo, as the README speaks of it."""

from pathlib import Path

from apportion.batch.fleet_file import read_fleet_file
from apportion.batch.tasks_file import read_tasks_file

ROOT = Path(__file__).resolve().parents[2]


def test_the_readme_counts_the_tasks_and_workers_of_the_demo():
    tasks = read_tasks_file(str(ROOT / "demo" / "tasks.jsonl")).lines
    workers = read_fleet_file(str(ROOT / "demo" / "fleet.toml")).workers
    assert len(workers) == 6
    assert f"`make batch` runs {len(tasks)} tasks over the same six" in (ROOT / "README.md").read_text()
