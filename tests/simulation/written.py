"""Scenarios from text, as they stand in files."""

from pathlib import Path

from apportion.simulation.reading.problems import Problems
from apportion.simulation.reading.scenario_file import parse_scenario
from apportion.simulation.scenario.scenario import Scenario

POISSON = '[trace]\ngenerator = "poisson"\nrate = {rate}\nlimit = {limit}\n'


def scenario(text: str, folder: Path = Path()) -> Scenario:
    """Return the scenario of a text that is right."""
    problems = Problems("scenario.toml")
    read = parse_scenario(text, folder / "scenario.toml", problems)
    assert read is not None, problems.found
    return read


def messages(text: str, folder: Path = Path()) -> list[str]:
    """Return what is wrong with a text."""
    problems = Problems("scenario.toml")
    parse_scenario(text, folder / "scenario.toml", problems)
    return [str(problem) for problem in problems.found]
