"""``apportion simulate``, from outside."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apportion.cli.app import app
from tests.simulation.written import POISSON

TEXT = POISSON.format(rate=4.0, limit=300) + (
    'work = { mean = 0.5 }\n[[worker]]\nid = "quick"\nspeed = 2\n[[worker]]\nid = "slow"\nmax_capacity = 3\n'
    '[[event]]\nat = 20\nworker = "quick"\nset = { speed = 0.2 }\n'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "two.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*arguments: object):
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)])


def test_it_prints_a_table_with_everybody(file: Path):
    """Strategies, baselines and oracles stand in one table, with what its columns mean."""
    done = run(file)
    assert done.exit_code == 0
    for name in ("adaptive", "round-robin", "latency-based", "greedy-oracle", "regret", "two: 300 tasks on 2 workers"):
        assert name in done.stdout


def test_json_is_json_and_the_same_twice(file: Path):
    """All figures as data; only the wall time differs between two runs."""
    first, again = (json.loads(run(file, "--strategy", "adaptive", "--json").stdout) for _ in range(2))
    for data in (first, again):
        for each in data["runs"]:
            each["figures"].pop("decisions_per_second")
    assert first == again
    assert first["runs"][0]["figures"]["tasks"] == 300


def test_only_leaves_the_baselines_out(file: Path):
    """With --only those stand alone that were named."""
    data = json.loads(run(file, "--only", "--strategy", "adaptive", "--strategy", "random", "--json").stdout)
    assert {each["strategy"] for each in data["runs"]} == {"adaptive", "random"}


def test_the_report_needs_nothing_else(file: Path, tmp_path: Path):
    """One page with charts, which loads no script, style, font or picture from anywhere."""
    page = tmp_path / "report.html"
    assert run(file, "--only", "--strategy", "adaptive", "--strategy", "random", "--report", page).exit_code == 0
    html = page.read_text(encoding="utf-8")
    assert html.count("<svg") >= 5
    assert not re.findall(r"<(script|link|iframe|img)\b", html)
    loaded = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?([^\"')\s>]+)", html)
    assert [address for address in loaded if not address.startswith(("#", "data:"))] == []
    assert set(re.findall(r"https?://[^\s\"'<]+", html)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_the_same_report_twice_is_the_same_file_but_for_wall_time(file: Path, tmp_path: Path):
    """Nothing in a report depends on when or where it was written."""
    pages = [tmp_path / "1.html", tmp_path / "2.html"]
    for page in pages:
        run(file, "--only", "--strategy", "adaptive", "--report", page)
    first, again = (re.sub(r"<td>[\d,]+</td></tr>", "", page.read_text(encoding="utf-8")) for page in pages)
    assert first == again


def test_a_wrong_file_is_answered_with_all_that_is_wrong(tmp_path: Path):
    """Every mistake on a line of its own, and the exit code for bad input."""
    path = tmp_path / "wrong.toml"
    path.write_text(TEXT.replace("speed = 2", "speed = -2").replace('quick"\nset', 'quikc"\nset'), encoding="utf-8")
    done = run(path)
    assert done.exit_code == 2
    assert "worker.speed: must be greater than 0, not -2" in done.stderr


def test_a_report_that_cannot_be_written_says_so(file: Path, tmp_path: Path):
    """The folder is missing: the message names the file."""
    done = run(file, "--only", "--strategy", "random", "--report", tmp_path / "no" / "report.html")
    assert "cannot be written" in str(done.exception)
