"""What a simulation gives: a plain value."""

from __future__ import annotations

from dataclasses import dataclass

from apportion.model.plain import Plain
from apportion.simulation.bounds.bounds import Bounds
from apportion.simulation.figures.figures import Figures
from apportion.simulation.figures.series import Series

Step = tuple[int, str, float, float, float, str]


@dataclass(frozen=True)
class SimulationResult(Plain):
    """One run: scenario, strategy and seed, and all that came of it.

    Attributes:
        scenario: its name.
        strategy: who decided.
        seed: of everything random.
        figures: what it amounts to.
        bounds: what no strategy could have done better.
        series: for charts.
        trace: (task, worker, placed, started, ended, how it ended) of each attempt, in the order of the ends.
    """

    scenario: str
    strategy: str
    seed: int
    figures: Figures
    bounds: Bounds
    series: Series
    trace: tuple[Step, ...]

    def summary(self) -> dict[str, object]:
        """Return everything but series and trace, as plain JSON."""
        kept = ("scenario", "strategy", "seed", "figures", "bounds")
        return {name: value for name, value in self.to_dict().items() if name in kept}
