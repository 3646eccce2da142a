"""Scenario files: what is right is read, and all that is wrong is named with file, line, field and remedy."""

from pathlib import Path

import pytest

from apportion.simulation.reading.scenario_file import look_at, read_scenario
from tests.simulation.written import messages, scenario

SMALL = '[trace]\ntasks = [{ at = 0 }]\n[[worker]]\nid = "w"\n'
QUALITY = Path(__file__).parents[2] / "bench" / "quality"


def test_a_scenario_says_what_its_tables_say():
    """Every kind of table ends up where it belongs."""
    read = scenario(
        SMALL
        + 'count = 2\nspeed_for.chat = 2.0\n[[task_type]]\nname = "chat"\nwhere = "work < 3"\n'
        + '[[event]]\nat = 5\nworker = "w-1"\nset = { speed = 0.5 }\n[run]\nmax_attempts = 2\n'
    )
    assert read.workers[0].ids() == ["w-0", "w-1"]
    assert read.workers[0].speed_for == {"chat": 2.0}
    assert read.task_types[0].where == "work < 3"
    assert read.events[0].change.speed == 0.5
    assert read.run.max_attempts == 2


def test_an_event_about_a_group_is_about_each_of_its_workers():
    """The id of several alike workers stands for all of them."""
    read = scenario(SMALL + 'count = 3\n[[event]]\nat = 1\nworker = "w"\nset = { leave = true }\n')
    assert read.affected(read.events[0]) == ["w-0", "w-1", "w-2"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('[trace]\ngenerator = "poison"\n[[worker]]\nid = "w"', "line 1: trace.generator: unknown: 'poison' (did"),
        (SMALL + "speed = -1", "line 3: worker.speed: must be greater than 0, not -1"),
        (SMALL + "cuont = 2", "line 3: worker.cuont: unknown field (did you mean 'count'?)"),
        (SMALL + 'capabilities = "gpu"', "worker.capabilities: must be a collection of strings, not the"),
        (SMALL + "speed_for.chat = 0", "worker.speed_for.chat: must be greater than 0, not 0"),
        (SMALL + '[[event]]\nat = 1\nworker = "v"\nset = { join = true }', "there is no worker 'v'"),
        (SMALL + '[[event]]\nat = 1\nworker = "w"\nset = { sped = 1 }', "event.set.sped: unknown field (did you mean"),
        (SMALL + '[[event]]\nat = 1\nworker = "w"\nset = {}', "event.set: changes nothing; it may have speed"),
        (SMALL + '[[event]]\nworker = "w"\nset = { join = true }', "event.at: is required and missing"),
        (SMALL + '[[task_type]]\nname = "a"\nwhere = "tokens < 3"', "there is no column 'tokens'; the rows have work"),
        (SMALL + '[[task_type]]\nname = "a"\nwhere = "import os"', "task_type.where: 'import os' is not an expression"),
        (SMALL + '[run]\nplacing = "plna"', "run.placing: unknown: 'plna' (did you mean 'plan'?); known: select, plan"),
        (SMALL + '[[worker]]\nid = "w"', "worker.id: 'w' is the id of 2 workers; ids are unique"),
        ('[[worker]]\nid = "w"', "trace: is required and missing"),
        ("[trace]\ntasks = [{ at = 0 }]", "worker: there is nobody to work"),
        ('[trace]\nformat = "swf"\n[[worker]]\nid = "w"', "trace.path: is required and missing"),
        ('[trace]\nformat = "swf"\npath = "no.swf"\n[[worker]]\nid = "w"', "trace.path: there is no no.swf"),
        ('[trace]\nformat = "swf"\ngenerator = "poisson"', "trace: must have exactly one of format, generator, tasks"),
        ("[trace]\ntasks = [{ at = -1 }]\n[[worker]]\nid = 'w'", "trace.tasks.at: must be at least 0, not -1"),
        ('[trace]\ngenerator = "bursty"\nburst = 20\n[[worker]]\nid = "w"', "trace.burst: must be at most 10"),
        ("[trace]\n= 1", "line 2: column 1: not TOML"),
        (SMALL + "[wrong]", "wrong: unknown table; known: name, trace"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(text: str, wanted: str):
    """The message names file, place, field, value, what is allowed and the nearest name."""
    found = messages(text)
    assert any(wanted in message and message.startswith("scenario.toml") for message in found), found


def test_all_mistakes_are_named_at_once():
    """Nobody has to mend a file mistake by mistake."""
    found = messages(SMALL + "speed = 0\nnoise = -1\n[[worker]]\nid = 3\n[run]\nwindow = 0.5")
    assert [message.split(": ")[1] for message in found] == ["worker.speed", "worker.noise", "worker.id", "run.window"]


def test_a_file_that_cannot_be_read_is_a_problem_of_its_own(tmp_path: Path):
    """A missing file and one that is not text are answered like any other mistake."""
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in str(look_at(str(tmp_path / "no.toml"))[1][0])
    assert "is not UTF-8" in str(look_at(str(tmp_path / "binary.toml"))[1][0])
    with pytest.raises(ExceptionGroup, match="is no scenario"):
        read_scenario(str(tmp_path / "no.toml"))


@pytest.mark.parametrize("path", sorted(QUALITY.glob("*.toml")), ids=lambda path: path.stem)
def test_the_published_scenarios_are_right(path: Path):
    """Each scenario on which strategies are judged can be read."""
    assert look_at(str(path))[1] == []


@pytest.mark.parametrize("path", sorted((QUALITY / "recorded").glob("*.toml")), ids=lambda path: path.stem)
def test_the_scenarios_on_recorded_workloads_are_right(path: Path, traces: Path):
    """They find their traces beside the checkout."""
    assert look_at(str(path))[1] == []
