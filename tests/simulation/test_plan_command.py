"""``apportion plan``, from outside."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apportion.cli.app import app
from tests.simulation.written import POISSON

TEXT = POISSON.format(rate=4.0, limit=300) + (
    'work = { mean = 1.0 }\n[[worker]]\nid = "w"\ncount = 2\n[[worker]]\nid = "x"\nspeed = 2\n'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "two.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*arguments: object):
    return CliRunner().invoke(app, ["plan", *map(str, arguments)])


def test_it_names_the_fleet_and_how_sure_it_is(file: Path, tmp_path: Path):
    report = tmp_path / "plan.html"
    done = run(file, "--target", "p95_wait<1", "--seeds", 2, "--strategy", "least-loaded", "--report", report)
    assert done.exit_code == 0
    assert "p95_wait < 1 takes" in done.stdout
    assert "of 4 fresh ones" in done.stdout
    assert "<svg" in report.read_text(encoding="utf-8")


def test_json_is_json(file: Path):
    done = run(file, "--target", "mean_wait<2", "--target", "in_slo>0.1", "--seeds", 1, "--keep", "x", "--json")
    data = json.loads(done.stdout)
    assert data["fleet"]["x"] == 1
    assert data["targets"] == ["mean_wait < 2", "in_slo > 0.1"]
    assert all(trial["met"] for trial in data["trials"])


def test_what_cannot_be_reached_is_exit_code_1(file: Path):
    done = run(file, "--target", "mean_flow<0.1", "--seeds", 1, "--most", 40)
    assert (done.exit_code, "No number of such workers" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--target", "p95_weight<1"], "unknown figure 'p95_weight'"),
        (["--target", "p95_wait<1", "--price", "y=1"], "no [[worker]] has the id 'y'"),
        (["--target", "p95_wait<1", "--price", "x=much"], "'x=much': write the id of a worker and a number >= 0"),
        (["--target", "p95_wait<1", "--strategy", "adaptiv"], "adaptive"),
    ],
)
def test_bad_input_is_named(file: Path, arguments: list[str], problem: str):
    done = run(file, *arguments)
    assert done.exception is not None
    assert problem in str(done.exception)
