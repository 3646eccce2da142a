"""Reading fleet files: what is right is read, and all that is wrong is named with its line."""

from pathlib import Path

import pytest

from apportion.batch.fleet_file import read_fleet, read_fleet_file
from apportion.batch.problems import Problems


def read(text: str):
    """Return the workers and the messages for this text."""
    problems = Problems("fleet.toml")
    workers = read_fleet(text, problems)
    return workers, [str(problem) for problem in problems.found]


def worker(lines: str) -> str:
    return f"[[worker]]\n{lines}\n"


def test_a_worker_is_what_its_table_says():
    (one,), messages = read(
        worker(
            'id = "quick"\ncapabilities = ["gpu"]\nmax_capacity = 2\nenv = { LEVEL = "1" }\nlabels = { memory = 24 }'
        )
    )
    assert messages == []
    assert (one.info.id, one.info.capabilities, one.info.max_capacity) == ("quick", {"gpu"}, 2)
    assert one.info.labels == {"memory": 24}
    assert one.env == {"LEVEL": "1"}


def test_a_count_makes_as_many_alike_numbered_from_0():
    workers, messages = read(worker('id = "quick"\ncount = 3\nmax_capacity = 2'))
    assert messages == []
    assert [each.info.id for each in workers] == ["quick-0", "quick-1", "quick-2"]


def test_a_count_of_1_numbers_too_and_no_count_does_not():
    workers, _ = read(worker('id = "a"\ncount = 1\nmax_capacity = 1') + worker('id = "b"\nmax_capacity = 1'))
    assert [each.info.id for each in workers] == ["a-0", "b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["names no worker", "[[worker]]"]),
        ("# nothing\n\n[[worker]\n", ["line 3", "not TOML"]),
        ('colour = "red"\n' + worker('id = "a"\nmax_capacity = 1'), ["fleet.colour", "known: worker"]),
        ('[worker]\nid = "a"', ["begin it with [[worker]]"]),
        (worker("max_capacity = 1"), ["line 1", "worker.id", "required"]),
        (worker('id = "a"'), ["worker.max_capacity", "required"]),
        (worker('id = "a"\nmax_capacty = 1\nmax_capacity = 1'), ["did you mean 'max_capacity'"]),
        (worker('id = "a"\nmax_capacity = "two"'), ["worker.max_capacity", "must be a number"]),
        (worker('id = "a"\nmax_capacity = -1'), ["worker.max_capacity", "at least 0"]),
        (worker('id = "a"\nmax_capacity = nan'), ["worker.max_capacity", "finite"]),
        (worker('id = "a"\nmax_capacity = 1\ncount = 0'), ["worker.count", "at least 1"]),
        (worker('id = "a"\nmax_capacity = 1\ncount = 99999999'), ["worker.count", "at most 10000"]),
        (worker('id = "a"\nmax_capacity = 1\ncapabilities = "gpu"'), ["worker.capabilities", "write ['gpu']"]),
        (worker('id = "a"\nmax_capacity = 1\ncapabilities = [["gpu"]]'), ["worker.capabilities", "must be a string"]),
        (worker('id = "a"\nmax_capacity = 1\nenv = { A = 1 }'), ["worker.env.A", 'write "1"']),
        (worker('id = "a"\nmax_capacity = 1\ncurrent_load = 1'), ["worker.current_load", "unknown field"]),
        (worker("id = 5\nmax_capacity = 1"), ["worker.id", "must be a string"]),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(text, words):
    workers, (message,) = read(text)
    assert [word for word in words if word not in message] == []
    assert [each.info.id for each in workers] in ([], ["a"])


def test_an_id_that_is_there_twice_is_refused_with_both_lines():
    text = worker('id = "a-1"\nmax_capacity = 1') + worker('id = "a"\ncount = 2\nmax_capacity = 1')
    _, messages = read(text)
    assert messages == ["fleet.toml, line 4: worker.id: 'a-1' is the id of the worker of line 1 too; ids are unique"]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    (problem,) = read_fleet_file(str(tmp_path / "none.toml")).problems
    assert str(problem).endswith("none.toml: cannot be read: No such file or directory")
