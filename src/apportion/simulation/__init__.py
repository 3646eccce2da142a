"""The simulator: any fleet and any traffic, played against the real core in virtual time."""

from apportion.simulation.reading.scenario_file import read_scenario
from apportion.simulation.result import SimulationResult
from apportion.simulation.scenario.scenario import Scenario
from apportion.simulation.simulate import simulate

__all__ = ["Scenario", "SimulationResult", "read_scenario", "simulate"]
