"""The chart of a plan: a target's figure by the number of workers of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apportion.simulation.report.charts import chart
from apportion.simulation.sizing.curves import Curve
from apportion.simulation.sizing.target import FIGURES


def by_count(curves: Sequence[Curve]) -> str:
    """Return a panel for each kind of worker: all seeds as dots, their median as a line, the target, the answer."""

    def draw(axes: Any) -> None:
        for place, curve in enumerate(curves):
            colour = f"C{place}"
            for point in curve.points:
                axes.plot([point.count] * len(point.values), point.values, ".", color=colour, alpha=0.35, ms=4)
            axes.plot(
                [point.count for point in curve.points],
                [point.median for point in curve.points],
                "-o",
                color=colour,
                label=f"{curve.worker} (answer: {curve.answer})",
                lw=1.3,
                ms=4,
            )
            median = next(point.median for point in curve.points if point.count == curve.answer)
            axes.plot([curve.answer], [median], "o", mfc="none", color=colour, ms=11, mew=1.5)
        target = curves[0].target
        axes.axhline(target.bound, color="crimson", lw=1.0, label=f"target {target.sign} {target.bound:g}")
        axes.set_xlabel("workers of this kind, the others as in the answer")
        axes.set_ylabel(target.name)
        if FIGURES[target.name].low and target.bound > 0:
            axes.set_yscale("symlog", linthresh=target.bound / 10)
            axes.set_ylim(bottom=0)
        axes.xaxis.get_major_locator().set_params(integer=True)

    return chart(draw, 3.4, legend=True)
